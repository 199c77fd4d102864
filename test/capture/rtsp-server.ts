import { createHash } from 'node:crypto';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { H264Clip } from './h264-clip.ts';
import { RtpPacketizer } from './rtp-packets.ts';

export interface RtspServerOptions {
  /** Whether the n-th packet of a session is lost on its way. */
  loses?: (packet: number) => boolean;
  clip: H264Clip;
  fps?: number;
  /** Asks for this user name and password. */
  auth?: { kind: 'basic' | 'digest'; user: string; password: string };
  /** Takes connections and never answers. */
  mute?: boolean;
  /** The picture with which each viewer's stream begins; 0, a keyframe, by default. */
  joinAt?: number;
}

const realm = 'camera';
const nonce = '5f2c0a';

/** A camera for tests: plays an H.264 clip over and over through RTSP, over TCP or UDP, and fails when told to. */
export class RtspServer {
  readonly #options: RtspServerOptions;
  readonly #server: Server;
  readonly #sessions = new Set<RtspSession>();
  /** Connections taken so far. */
  connections = 0;
  /** Requests answered with 401. */
  refused = 0;
  /** Sends no pictures while set, though it keeps answering. */
  silent = false;

  constructor(options: RtspServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  async listen(port = 0): Promise<string> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Cuts every connection, as a camera does that reboots. */
  drop(): void {
    for (const session of this.#sessions) session.close();
  }

  async close(): Promise<void> {
    this.drop();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(socket: Socket): void {
    this.connections += 1;
    const session = new RtspSession(socket, this.#options, this);
    this.#sessions.add(session);
    socket.once('close', () => {
      session.close();
      this.#sessions.delete(session);
    });
  }
}

interface Request {
  method: string;
  url: string;
  headers: Map<string, string>;
}

class RtspSession {
  readonly #socket: Socket;
  readonly #options: RtspServerOptions;
  readonly #server: RtspServer;
  readonly #packetizer = new RtpPacketizer();
  #received = Buffer.alloc(0);
  #udp: { socket: UdpSocket; port: number } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sent: number;
  #packets = 0;

  constructor(socket: Socket, options: RtspServerOptions, server: RtspServer) {
    this.#socket = socket;
    this.#options = options;
    this.#server = server;
    this.#sent = options.joinAt ?? 0;
    socket.on('error', () => undefined);
    if (!options.mute) socket.on('data', (data) => this.#receive(data));
  }

  close(): void {
    clearInterval(this.#timer);
    this.#udp?.socket.close();
    this.#udp = undefined;
    this.#socket.destroy();
  }

  #receive(data: Buffer): void {
    this.#received = Buffer.concat([this.#received, data]);
    for (;;) {
      // What the client sends between requests (receiver reports) is framed like our own packets.
      if (this.#received[0] === 0x24) {
        if (this.#received.length < 4 || this.#received.length < 4 + this.#received.readUInt16BE(2)) return;
        this.#received = this.#received.subarray(4 + this.#received.readUInt16BE(2));
        continue;
      }
      const end = this.#received.indexOf('\r\n\r\n');
      if (end < 0) return;
      const text = this.#received.subarray(0, end).toString('latin1');
      this.#received = this.#received.subarray(end + 4);
      void this.#answer(parseRequest(text));
    }
  }

  async #answer(request: Request): Promise<void> {
    if (!this.#isAllowed(request)) return this.#refuse(request);
    switch (request.method) {
      case 'OPTIONS':
        return this.#reply(request, ['Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER']);
      case 'DESCRIBE':
        return this.#reply(request, ['Content-Type: application/sdp', `Content-Base: ${request.url}/`], this.#sdp());
      case 'SETUP':
        return this.#reply(request, [`Transport: ${await this.#setUp(request)}`, 'Session: 1;timeout=60']);
      case 'PLAY':
        this.#reply(request, ['Session: 1', 'Range: npt=now-']);
        return this.#play();
      default:
        return this.#reply(request, ['Session: 1']);
    }
  }

  #isAllowed({ method, headers }: Request): boolean {
    const { auth } = this.#options;
    if (!auth || method === 'OPTIONS') return true;
    const given = headers.get('authorization') ?? '';
    if (auth.kind === 'basic') {
      return given === `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}`;
    }
    const field = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(given)?.[1] ?? '';
    const secret = md5(`${auth.user}:${realm}:${auth.password}`);
    return field('response') === md5(`${secret}:${nonce}:${md5(`${method}:${field('uri')}`)}`);
  }

  #refuse(request: Request): void {
    this.#server.refused += 1;
    const challenge =
      this.#options.auth?.kind === 'basic' ? `Basic realm="${realm}"` : `Digest realm="${realm}", nonce="${nonce}"`;
    this.#reply(request, [`WWW-Authenticate: ${challenge}`], '', '401 Unauthorized');
  }

  #reply({ headers }: Request, lines: string[], body = '', status = '200 OK'): void {
    const head = [`RTSP/1.0 ${status}`, `CSeq: ${headers.get('cseq') ?? 0}`, ...lines];
    if (body) head.push(`Content-Length: ${Buffer.byteLength(body)}`);
    this.#socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  }

  #sdp(): string {
    const { sps, pps } = this.#options.clip;
    const sets = `${sps.toString('base64')},${pps.toString('base64')}`;
    return [
      'v=0',
      'o=- 1 1 IN IP4 127.0.0.1',
      's=test camera',
      'c=IN IP4 0.0.0.0',
      't=0 0',
      'm=video 0 RTP/AVP 96',
      'a=rtpmap:96 H264/90000',
      `a=fmtp:96 packetization-mode=1;sprop-parameter-sets=${sets}`,
      'a=control:track1',
      '',
    ].join('\r\n');
  }

  /** @returns the transport as agreed */
  async #setUp({ headers }: Request): Promise<string> {
    const wanted = headers.get('transport') ?? '';
    const ports = /client_port=(\d+)-(\d+)/.exec(wanted);
    if (!ports) return 'RTP/AVP/TCP;unicast;interleaved=0-1';
    const socket = createSocket('udp4');
    socket.on('error', () => undefined);
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    this.#udp = { socket, port: Number(ports[1]) };
    const own = socket.address().port;
    return `RTP/AVP;unicast;client_port=${ports[1]}-${ports[2]};server_port=${own}-${own + 1}`;
  }

  #play(): void {
    const { fps = 10 } = this.#options;
    this.#timer = setInterval(() => this.#sendPicture(fps), 1000 / fps);
  }

  #sendPicture(fps: number): void {
    if (this.#server.silent) return;
    const { pictures, sps, pps } = this.#options.clip;
    const index = this.#sent % pictures.length;
    const units = pictures[index] ?? [];
    const timestamp = Math.round((this.#sent * 90_000) / fps);
    this.#sent += 1;
    for (const packet of this.#packetizer.packets(index === 0 ? [sps, pps, ...units] : units, timestamp)) {
      this.#send(packet);
    }
  }

  #send(packet: Buffer): void {
    if (this.#options.loses?.(this.#packets++)) return;
    const frame = Buffer.from([0x24, 0, packet.length >> 8, packet.length & 0xff]);
    if (this.#udp) this.#udp.socket.send(packet, this.#udp.port, '127.0.0.1');
    else if (!this.#socket.destroyed) this.#socket.write(Buffer.concat([frame, packet]));
  }
}

function parseRequest(text: string): Request {
  const [first = '', ...lines] = text.split('\r\n');
  const [method = '', url = ''] = first.split(' ');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return { method, url, headers };
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
