/**
 * The connection to the server: opened again when it is lost, at once when the page has reason to
 * believe that it will work. Knows nothing of what messages mean.
 */
import type { ClientMessage, ServerMessage } from '../../runtime/protocol.js';
import { patient } from '../../runtime/wait.js';

/** Milliseconds until the first attempt to connect again; each further one waits twice as long. */
const FIRST_DELAY = 250;
const LONGEST_DELAY = 5000;
/** Milliseconds that an attempt may take: what the browser still holds open may lead nowhere. */
const OPENING = 5000;
/** Milliseconds without a message after which the other end is asked whether it is there. */
const QUIET = 4000;
/** Milliseconds that it has to answer. */
const ANSWER = 5000;
/** The same when the page has reason to doubt the connection: it was asleep, or in the background. */
const PROMPT_ANSWER = 2000;
/** Messages that wait for a connection. A page that says more without a connection loses the oldest. */
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
  /** A socket closed that had not opened, though there is a server. */
  unopened(address: string): void;
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
  /** Whether the socket has opened. */
  #isOpen = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Until the other end is asked whether it is there, or is taken to be gone. */
  #watch: ReturnType<typeof setTimeout> | undefined;
  /** Whether that timer waits for quiet, and when a message came last. */
  #isWatched = false;
  #heardAt = 0;

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

  /** Tries to connect now, if there is no connection. If there is one, makes sure of it. */
  hurry(): void {
    const socket = this.#socket;
    if (socket && socket.readyState === socket.OPEN) this.#ask(socket, PROMPT_ANSWER);
    if (this.#timer === undefined) return;
    this.#delay = FIRST_DELAY;
    this.#connect();
  }

  /** Something came from the other end: it is there, and is asked when it has been quiet for long. */
  #heard(socket: WebSocket): void {
    this.#heardAt = Date.now();
    // The timer that runs looks at the time. A message must not wait for a new one.
    if (this.#isWatched) return;
    this.#isWatched = true;
    this.#listen(socket, QUIET);
  }

  #listen(socket: WebSocket, milliseconds: number): void {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => {
      // The clock may have been set.
      const left = Math.min(QUIET, this.#heardAt + QUIET - Date.now());
      if (left > 0) this.#listen(socket, left);
      else this.#ask(socket, ANSWER);
    }, milliseconds);
  }

  /** Asks whether the other end is there. A connection may be gone without an event. */
  #ask(socket: WebSocket, patience: number): void {
    if (socket !== this.#socket) return;
    clearTimeout(this.#watch);
    this.#isWatched = false;
    this.send({ type: 'ping' });
    this.#watch = setTimeout(() => this.#lose(socket), patience);
  }

  /** The connection is lost. Later events of its socket do not count. */
  #lose(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    clearTimeout(this.#watch);
    this.#isWatched = false;
    this.#socket = undefined;
    // Nothing waits for the answer: this may take its time.
    socket.close();
    this.#connectLater();
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    if (wasOpen) this.#options.disconnected(socket);
    else this.#options.unopened(socket.url);
  }

  #connect(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    const opening = this.#options.open(isFirst);
    patient(opening, OPENING).then(
      (socket) => {
        if (socket) return this.#follow(socket);
        // It may come after all, when another one is there.
        opening.then(
          (late) => late.close(),
          () => {},
        );
        this.#connectLater();
      },
      () => this.#connectLater(),
    );
  }

  #follow(socket: WebSocket): void {
    this.#socket = socket;
    this.#isOpen = false;
    // Until it opens.
    this.#watch = setTimeout(() => this.#lose(socket), OPENING);
    socket.addEventListener('open', () => {
      this.#isOpen = true;
      this.#heard(socket);
      this.#delay = FIRST_DELAY;
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const message of [this.#options.hello(), ...waiting]) this.send(message);
      this.#options.connected(socket);
    });
    socket.addEventListener('message', ({ data }) => {
      if (socket !== this.#socket) return;
      this.#heard(socket);
      this.#receive(data);
    });
    socket.addEventListener('close', () => this.#lose(socket));
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
