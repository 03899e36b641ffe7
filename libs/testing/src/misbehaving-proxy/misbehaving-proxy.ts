import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Direction } from './direction.js';
import { Flow } from './flow.js';
import { Link } from './link.js';
import { reset } from './reset.js';
import { Tally } from './tally.js';

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
