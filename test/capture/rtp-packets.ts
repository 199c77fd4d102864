const maxPayloadBytes = 1200;

/** Cuts H.264 units into RTP packets as RFC 6184 has it: a small unit as it is, a large one in fragments (FU-A). */
export class RtpPacketizer {
  #sequence = 1000;

  /** @param timestamp in units of 1/90,000 s */
  packets(units: readonly Buffer[], timestamp: number): Buffer[] {
    return units.flatMap((unit, index) => this.#unit(unit, timestamp, index === units.length - 1));
  }

  #unit(unit: Buffer, timestamp: number, isLastOfPicture: boolean): Buffer[] {
    if (unit.length <= maxPayloadBytes) return [this.#packet(unit, timestamp, isLastOfPicture)];
    const header = unit[0] ?? 0;
    const packets: Buffer[] = [];
    for (let position = 1; position < unit.length; position += maxPayloadBytes) {
      const isLast = position + maxPayloadBytes >= unit.length;
      const flags = (position === 1 ? 0x80 : 0) | (isLast ? 0x40 : 0) | (header & 0x1f);
      const indicator = Buffer.from([(header & 0xe0) | 28, flags]);
      const payload = Buffer.concat([indicator, unit.subarray(position, position + maxPayloadBytes)]);
      packets.push(this.#packet(payload, timestamp, isLast && isLastOfPicture));
    }
    return packets;
  }

  #packet(payload: Buffer, timestamp: number, isMarked: boolean): Buffer {
    const header = Buffer.alloc(12);
    header[0] = 0x80;
    header[1] = (isMarked ? 0x80 : 0) | 96;
    header.writeUInt16BE(this.#sequence++ & 0xffff, 2);
    header.writeUInt32BE(timestamp >>> 0, 4);
    header.writeUInt32BE(0x5649474c, 8);
    return Buffer.concat([header, payload]);
  }
}
