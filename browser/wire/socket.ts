/**
 * The connection to the server: opened again when it is lost, at once when the page has reason to
 * believe that it will work. Knows nothing of what messages mean.
 */
import type { ClientMessage, ServerMessage } from '../../runtime/protocol.js';

/** Milliseconds until the first attempt to connect again; each further one waits twice as long. */
const FIRST_DELAY = 250;
const LONGEST_DELAY = 5000;
/** Messages that wait for a connection. A page that says more while nobody listens loses the oldest. */
const MOST_WAITING = 1000;

/** What a connection needs. */
export interface SocketOptions {
  /** Opens a socket; rejects when there is no server. `isFirst` when the page has had none yet. */
  open(isFirst: boolean): Promise<WebSocket>;
  /** The first message of every socket. */
  hello(): ClientMessage;
  /** Takes in a message. */
  receive(message: ServerMessage): void;
  /** A socket opened. */
  connected(socket: WebSocket): void;
  /** A socket that had opened closed. */
  disconnected(socket: WebSocket): void;
  /** Something came in that is no message. */
  garbage(start: string, error: unknown): void;
}

/** A connection that lasts as long as the page. */
export class Socket {
  readonly #options: SocketOptions;
  #socket: WebSocket | undefined;
  #waiting: ClientMessage[] = [];
  #delay = FIRST_DELAY;
  #isFirst = true;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#connect();
  }

  /** Sends a message, when there is a connection again. */
  send(message: ClientMessage): void {
    const socket = this.#socket;
    if (socket && socket.readyState === socket.OPEN) {
      socket.send(JSON.stringify(message));
    } else {
      this.#waiting = [...this.#waiting, message].slice(-MOST_WAITING);
    }
  }

  /** Tries to connect now, if there is no connection. */
  hurry(): void {
    if (this.#timer === undefined) return;
    this.#delay = FIRST_DELAY;
    this.#connect();
  }

  #connect(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    this.#options.open(isFirst).then(
      (socket) => this.#follow(socket),
      () => this.#connectLater(),
    );
  }

  #follow(socket: WebSocket): void {
    this.#socket = socket;
    let opened = false;
    socket.addEventListener('open', () => {
      opened = true;
      this.#delay = FIRST_DELAY;
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const message of [this.#options.hello(), ...waiting]) this.send(message);
      this.#options.connected(socket);
    });
    socket.addEventListener('message', ({ data }) => this.#receive(data));
    socket.addEventListener('close', () => {
      this.#connectLater();
      if (opened) this.#options.disconnected(socket);
    });
  }

  #connectLater(): void {
    this.#timer = setTimeout(() => this.#connect(), this.#delay);
    this.#delay = Math.min(this.#delay * 2, LONGEST_DELAY);
  }

  #receive(data: unknown): void {
    try {
      this.#options.receive(JSON.parse(String(data)));
    } catch (error) {
      // Not JSON, or not what the protocol says: the next message may be.
      this.#options.garbage(String(data).slice(0, 200), error);
    }
  }
}
