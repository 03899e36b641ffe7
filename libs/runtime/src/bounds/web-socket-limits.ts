/** How far what the other side of a WebSocket can make grow may grow. `docs/operations.md` says the same. */
export const WEB_SOCKET_LIMITS = Object.freeze({
  /** Pongs that wait because the other side pings and does not read. */
  unreadPongs: 60,
  /** Parts of a message, in frames. */
  fragments: 16_384,
  /** Parts of a frame, as the network brings them. */
  chunks: 262_144,
});

/** Names of the limits that are counted when they are reached. */
export const WEB_SOCKET_LIMITS_COUNTED = [
  'frame-size',
  'message-parts',
  'unread-pongs',
  'close-time',
] as const;

export type WebSocketLimit = (typeof WEB_SOCKET_LIMITS_COUNTED)[number];

/** Which limit stands behind an error of ws, with which it closes a connection; undefined for every other. */
export function limitOfError({ code }: NodeJS.ErrnoException): WebSocketLimit | undefined {
  switch (code) {
    case 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH':
    case 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH':
      return 'frame-size';
    case 'WS_ERR_TOO_MANY_BUFFERED_PARTS':
      return 'message-parts';
    default:
      return undefined;
  }
}

/** What answers pings, as `ws` has it. */
interface Pingable {
  readonly readyState: number;
  readonly OPEN: number;
  on(event: 'ping', listener: (data: Buffer) => void): unknown;
  pong(data: Buffer, mask: undefined, sent: () => void): void;
  terminate(): void;
}

/**
 * Answers pings in place of ws (`autoPong: false`), which cuts in silence whoever reads no pongs.
 *
 * @param onUnread told when the connection is cut
 */
export function answerPings(socket: Pingable, onUnread: () => void): void {
  let unread = 0;
  socket.on('ping', (data) => {
    if (socket.readyState !== socket.OPEN) return;
    if (unread >= WEB_SOCKET_LIMITS.unreadPongs) {
      onUnread();
      socket.terminate();
      return;
    }
    unread += 1;
    socket.pong(data, undefined, () => {
      unread -= 1;
    });
  });
}
