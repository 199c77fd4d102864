import { FrameOrder } from './frame-order.ts';
import type { OrderOptions, SessionNews } from './order-types.ts';

const keptNews = 16;

/** The orders of several detectors' results, and what capture stated of each camera last. */
export class DetectorOrders<T> {
  readonly #delivery: (detector: string) => OrderOptions['delivery'];
  readonly #orders = new Map<string, FrameOrder<T>>();
  readonly #news = new Map<string, SessionNews[]>();

  constructor(delivery: (detector: string) => OrderOptions['delivery']) {
    this.#delivery = delivery;
  }

  of(detector: string): FrameOrder<T> {
    const known = this.#orders.get(detector);
    if (known) return known;
    const order = new FrameOrder<T>({ delivery: this.#delivery(detector) });
    this.#orders.set(detector, order);
    return order;
  }

  /** Detectors of which a progress could let something out, with the ticket to take it under. */
  *wantingProgress(): Generator<{ detector: string; ticket: number }> {
    for (const [detector, order] of this.#orders) if (order.wantsProgress) yield { detector, ticket: order.ticket };
  }

  /** Kept for what is opened later: of each camera the sessions stated last. */
  keep(news: SessionNews): void {
    const others = this.newsOf(news.camera).filter(({ session }) => session !== news.session);
    this.#news.set(news.camera, [...others, news].slice(-keptNews));
  }

  newsOf(camera: string): readonly SessionNews[] {
    return this.#news.get(camera) ?? [];
  }

  forget(partition: number): void {
    for (const order of this.#orders.values()) order.forget(partition);
  }

  /** Where reading a partition begins after a restart, when it was read up to `position`. */
  restartOffset(partition: number, position: bigint): bigint {
    const offsets = [...this.#orders.values()].map((order) => order.restartOffset(partition, position));
    return offsets.reduce((least, offset) => (offset < least ? offset : least), position);
  }
}
