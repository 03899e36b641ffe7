import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
// Not the globals: a test that fakes those shall not stop the network.
import { clearTimeout, setTimeout } from 'node:timers';

/** Where a proxy leads. */
export interface ProxyTarget {
  readonly port: number;
  /** Default: 127.0.0.1. */
  readonly host?: string;
}

/** What a black hole takes in beside the connections that stand. */
export interface BlackHoleOptions {
  /** Also swallow the connections to come, until `pass`. */
  readonly newConnections?: boolean;
}

/** How much may wait for a delayed delivery, on one connection in one direction. */
const MAX_DELAYED_BYTES = 1024 * 1024;

/** A throttled connection gets its bytes in so many portions a second, if it is that fast. */
const PORTIONS_PER_SECOND = 50;

interface Waiter {
  readonly count: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Counts what happens, and tells who waits for so many of it. */
class Tally {
  #count = 0;
  #closed: Error | undefined;
  readonly #waiters = new Set<Waiter>();

  get count(): number {
    return this.#count;
  }

  add(): void {
    this.#count += 1;
    for (const waiter of this.#waiters) {
      if (this.#count < waiter.count) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }

  reaches(count: number): Promise<void> {
    if (this.#count >= count) return Promise.resolve();
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    return new Promise((resolve, reject) => {
      this.#waiters.add({ count, resolve, reject });
    });
  }

  close(reason: Error): void {
    this.#closed = reason;
    for (const { reject } of this.#waiters) reject(reason);
    this.#waiters.clear();
  }
}

interface Limit {
  /** How many bytes may still be admitted. */
  room: number;
  /** How many of the admitted ones are on their way. */
  unsettled: number;
  readonly reached: () => void;
}

/** Leave to send so many bytes; to be settled once they have gone, or never will. */
interface Admission {
  readonly bytes: number;
  readonly settle: (forwarded: boolean) => void;
}

/** One of the two directions: how bytes fare that go this way, on every connection alike. */
class Direction {
  delay = 0;
  bytesPerSecond = Infinity;
  #forwarded = 0;
  readonly #limits = new Set<Limit>();

  get forwarded(): number {
    return this.#forwarded;
  }

  get throttled(): boolean {
    return this.bytesPerSecond !== Infinity;
  }

  /** For as many of so many bytes as may go at once, none perhaps. */
  admit(wanted: number): Admission {
    const limits = [...this.#limits];
    const portion = Math.ceil(this.bytesPerSecond / PORTIONS_PER_SECOND);
    const bytes = Math.min(wanted, portion, ...limits.map(({ room }) => room));
    for (const limit of limits) {
      limit.room -= bytes;
      limit.unsettled += bytes;
    }
    return { bytes, settle: (forwarded) => this.#settle(bytes, forwarded, limits) };
  }

  /** Admits no more than so many bytes, until they have gone or the limit is lifted. */
  limit(bytes: number, reached: () => void): () => void {
    const limit = { room: bytes, unsettled: 0, reached };
    this.#limits.add(limit);
    return () => this.#limits.delete(limit);
  }

  #settle(bytes: number, forwarded: boolean, limits: readonly Limit[]): void {
    if (forwarded) this.#forwarded += bytes;
    for (const limit of limits) {
      limit.unsettled -= bytes;
      if (!forwarded) limit.room += bytes;
      if (limit.room > 0 || limit.unsettled > 0) continue;
      if (this.#limits.delete(limit)) limit.reached();
    }
  }
}

interface Parcel {
  readonly content: Buffer | 'end' | 'reset';
  readonly takenAt: number;
}

/** Carries the bytes of one connection one way, and after them how it ended. */
class Flow {
  #parcels: Parcel[] = [];
  #waitingBytes = 0;
  /** Of the bytes that are being written. */
  #admission: Admission | undefined;
  /** When the throttle lets the next portion go. */
  #nextPortionAt = 0;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly source: Socket,
    private readonly destination: Socket,
    private readonly direction: Direction,
  ) {
    source.on('data', (chunk: Buffer) => this.#take(chunk));
    source.on('end', () => this.#take('end'));
    source.on('close', (failed) => {
      if (failed) this.#take('reset');
    });
    destination.on('connect', () => this.pump());
  }

  /** Sends what may go now, and sees to the rest when its time has come. */
  pump(): void {
    clearTimeout(this.#timer);
    for (let parcel = this.#next(); parcel !== undefined; parcel = this.#next()) {
      const wait = this.#dueAt(parcel) - performance.now();
      if (wait > 0) {
        this.#timer = setTimeout(() => this.pump(), Math.ceil(wait)).unref();
        break;
      }
      if (!this.#deliver(parcel)) break;
    }
    this.#regulate();
  }

  /** Carries nothing any more, and takes nothing out of the hands of the source. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#parcels = [];
    this.source.pause();
    this.#settle(false);
  }

  #take(content: Parcel['content']): void {
    if (this.#stopped) return;
    this.#parcels.push({ content, takenAt: performance.now() });
    this.#waitingBytes += lengthOf(content);
    this.pump();
  }

  #next(): Parcel | undefined {
    // What a socket has been given before it is connected could not be kept back any more.
    const ready = !this.#stopped && this.#admission === undefined && !this.destination.connecting;
    return ready ? this.#parcels[0] : undefined;
  }

  #dueAt({ takenAt }: Parcel): number {
    const dueAt = takenAt + this.direction.delay;
    return this.direction.throttled ? Math.max(dueAt, this.#nextPortionAt) : dueAt;
  }

  /** Whether the next one may follow. */
  #deliver(parcel: Parcel): boolean {
    const { content } = parcel;
    if (typeof content === 'string') {
      this.#parcels.shift();
      if (content === 'end') this.destination.end();
      else reset(this.destination);
      return true;
    }
    const admission = this.direction.admit(content.length);
    const { bytes } = admission;
    if (bytes === 0) return false;
    if (bytes === content.length) this.#parcels.shift();
    else this.#parcels[0] = { ...parcel, content: content.subarray(bytes) };
    this.#waitingBytes -= bytes;
    this.#write(content.subarray(0, bytes), admission);
    return true;
  }

  #write(chunk: Buffer, admission: Admission): void {
    this.#admission = admission;
    const portionTakes = (chunk.length / this.direction.bytesPerSecond) * 1000;
    this.#nextPortionAt = performance.now() + portionTakes;
    this.destination.write(chunk, (error) => {
      this.#settle(!error && !this.destination.destroyed);
      this.pump();
    });
  }

  #settle(forwarded: boolean): void {
    const admission = this.#admission;
    this.#admission = undefined;
    admission?.settle(forwarded);
  }

  /** Backpressure: without a delay, nothing is read before what was read has gone. */
  #regulate(): void {
    if (this.#stopped) return;
    const allowance = this.direction.delay > 0 ? MAX_DELAYED_BYTES : 0;
    if (this.#waitingBytes > allowance) this.source.pause();
    else this.source.resume();
  }
}

/** One connection: the client's half, the server's half (unless swallowed) and what flows. */
class Link {
  #dead = false;

  constructor(
    private readonly sockets: readonly Socket[],
    private readonly flows: readonly Flow[],
  ) {}

  get dead(): boolean {
    return this.#dead;
  }

  get closed(): boolean {
    return this.sockets.every((socket) => socket.destroyed);
  }

  pump(): void {
    for (const flow of this.flows) flow.pump();
  }

  die(): void {
    this.#dead = true;
    for (const flow of this.flows) flow.stop();
  }

  reset(): void {
    this.die();
    for (const socket of this.sockets) reset(socket);
  }
}

/**
 * A TCP proxy on 127.0.0.1 that stands for the network between a client and its server, and behaves
 * as badly as a network does, when told to. What a method asks for can be combined with the rest;
 * `pass` ends all of it.
 *
 * It acts on what it has not yet given to the kernel: what it passed on before, a peer still gets.
 * A reset that finds a Node peer with data still to read looks like an orderly end to that peer.
 * As the kernel holds its halves of a connection, TCP's own keepalive does not notice a black hole.
 */
export class MisbehavingProxy {
  /** Where new connections lead. It may be down: then the client's connection is reset. */
  target: ProxyTarget;
  readonly port: number;
  readonly #sockets = new Set<Socket>();
  readonly #links = new Set<Link>();
  readonly #accepted = new Tally();
  readonly #refused = new Tally();
  readonly #toServer = new Direction();
  readonly #toClient = new Direction();
  readonly #armedCuts = new Set<() => void>();
  #newConnections: 'pass' | 'refuse' | 'swallow' = 'pass';
  #stopped: Promise<unknown> | undefined;

  private constructor(
    private readonly server: Server,
    target: ProxyTarget,
  ) {
    this.target = target;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (client) => this.#accept(client));
  }

  static async start(target: ProxyTarget): Promise<MisbehavingProxy> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new MisbehavingProxy(server, target);
  }

  /** How many connections stand, those in a black hole among them. */
  get connections(): number {
    return this.#links.size;
  }

  /** How many connections were ever accepted, swallowed ones among them, refused ones not. */
  get accepted(): number {
    return this.#accepted.count;
  }

  /** How many connections were ever refused because of `refuse`. */
  get refused(): number {
    return this.#refused.count;
  }

  /** How many bytes were ever passed on, both ways together. */
  get bytesForwarded(): number {
    return this.#toServer.forwarded + this.#toClient.forwarded;
  }

  /** Resolves once so many connections were ever accepted; rejects if the proxy stops before. */
  waitForConnection(count: number): Promise<void> {
    return this.#accepted.reaches(count);
  }

  /** Resolves once so many connections were ever refused; rejects if the proxy stops before. */
  waitForRefusal(count: number): Promise<void> {
    return this.#refused.reaches(count);
  }

  /** Resets every connection that stands, both ways; gives how many. New ones work. */
  cut(): number {
    const struck = this.#links.size;
    for (const link of this.#links) link.reset();
    this.#links.clear();
    return struck;
  }

  /**
   * Does as `cut` as soon as so many bytes more have gone from clients to the server, on whichever
   * connections, and lets none pass beyond them. Resolves with how many it struck; with 0 if `pass`
   * or `stop` came first.
   */
  cutAfter(bytes: number): Promise<number> {
    if (!Number.isInteger(bytes) || bytes < 1) throw new RangeError('It cuts after whole bytes.');
    return new Promise((resolve) => {
      const lift = this.#toServer.limit(bytes, () => {
        this.#armedCuts.delete(disarm);
        resolve(this.cut());
      });
      const disarm = (): void => {
        lift();
        resolve(0);
      };
      this.#armedCuts.add(disarm);
    });
  }

  /**
   * Lets the connections that stand neither pass anything nor end: each side sees one that is open
   * and silent, even if the other side ends or resets its own. Gives how many it struck. They are
   * dead for ever; `pass` resets them.
   */
  blackHole({ newConnections = false }: BlackHoleOptions = {}): number {
    if (newConnections) this.#newConnections = 'swallow';
    const struck = [...this.#links].filter((link) => !link.dead);
    for (const link of struck) link.die();
    this.#pump();
    return struck.length;
  }

  /** Lets so many bytes a second go from the client to the server, on each connection. */
  throttle(bytesPerSecond: number): void {
    if (!(bytesPerSecond > 0)) throw new RangeError('It passes a byte now and then at least.');
    this.#toServer.bytesPerSecond = bytesPerSecond;
    this.#pump();
  }

  /** Delivers everything so much later, in order, also what ends a connection. */
  delay(milliseconds: number): void {
    this.#toServer.delay = milliseconds;
    this.#toClient.delay = milliseconds;
    this.#pump();
  }

  /** Does as `cut`, and resets new connections at once. */
  refuse(): number {
    this.#newConnections = 'refuse';
    return this.cut();
  }

  /** Behaves well again. What was delayed or throttled goes at once; black holes are reset. */
  pass(): void {
    this.#newConnections = 'pass';
    this.#toServer.bytesPerSecond = Infinity;
    this.#disarmCuts();
    for (const link of this.#links) {
      if (!link.dead) continue;
      this.#links.delete(link);
      link.reset();
    }
    this.delay(0);
  }

  /** Destroys all connections and listens no more. */
  async stop(): Promise<void> {
    this.#stopped ??= once(this.server.close(), 'close');
    for (const link of this.#links) link.die();
    this.#links.clear();
    for (const socket of this.#sockets) socket.destroy();
    this.#disarmCuts();
    const reason = new Error('The proxy was stopped before that many connections came.');
    this.#accepted.close(reason);
    this.#refused.close(reason);
    await this.#stopped;
  }

  #accept(client: Socket): void {
    this.#own(client);
    if (this.#newConnections === 'refuse') {
      reset(client);
      this.#refused.add();
      return;
    }
    const link = this.#newConnections === 'swallow' ? new Link([client], []) : this.#join(client);
    if (this.#newConnections === 'swallow') link.die();
    this.#links.add(link);
    this.#accepted.add();
  }

  #join(client: Socket): Link {
    const { port, host = '127.0.0.1' } = this.target;
    const server = connect({ port, host, allowHalfOpen: true, noDelay: true });
    this.#own(server);
    const link = new Link(
      [client, server],
      [new Flow(client, server, this.#toServer), new Flow(server, client, this.#toClient)],
    );
    for (const socket of [client, server]) {
      socket.once('close', () => {
        if (link.closed) this.#links.delete(link);
        // What it had been admitted and never sent, others may send.
        this.#pump();
      });
    }
    return link;
  }

  #own(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    // `close` tells of a failure, too.
    socket.on('error', () => undefined);
  }

  #disarmCuts(): void {
    for (const disarm of this.#armedCuts) disarm();
    this.#armedCuts.clear();
  }

  #pump(): void {
    for (const link of this.#links) link.pump();
  }
}

function reset(socket: Socket): void {
  if (socket.destroyed) return;
  // While it says that it has ended, it cannot be reset.
  if (socket.writableEnded && !socket.writableFinished) socket.once('finish', () => reset(socket));
  else socket.resetAndDestroy();
}

function lengthOf(content: Parcel['content']): number {
  return typeof content === 'string' ? 0 : content.length;
}
