/**
 * Runs CommonJS files in a page, with `require()` as in Node.
 *
 * The text of this function is written into each module that defines files, and the first of them to run makes the
 * one instance of the page. So it uses nothing from outside of itself.
 */

/** The code of a file. */
type Factory = (
  this: unknown,
  module: object,
  exports: unknown,
  require: (id: string) => unknown,
  filename: string,
  dirname: string,
  env: object,
) => void;

interface Module {
  exports: unknown;
  id: string;
  filename: string;
  loaded: boolean;
  children: never[];
  paths: never[];
  parent: null;
  require(id: string): unknown;
}

/** What a file exports, for a module that exports it. */
export interface Opened {
  default: unknown;
  /** The value of a name; `undefined` when there is none. */
  get(name: string): unknown;
  /** The value of a name. @throws {SyntaxError} when there is none. */
  demand(name: string): unknown;
}

/** Makes the instance of a page. */
export function commonJsOfPage() {
  const definitions = new Map<string, { label: string; owner: string; factory: Factory }>();
  const modules = new Map<string, { exports: unknown }>();
  const namespaces = new Map<string, object>();
  const env = { NODE_ENV: 'development' };
  const cache = Object.create(null);

  function load(id: string, label: string, owner: string): unknown {
    const known = modules.get(id);
    if (known) return known.exports;
    const definition = definitions.get(id);
    if (definition) return run(id, definition);
    const namespace = namespaces.get(id);
    if (namespace) return remember(id, exportsOfNamespace(namespace));
    const at = id.indexOf(':');
    const rest = id.slice(at + 1);
    switch (id.slice(0, at)) {
      case 'empty':
        return {};
      case 'builtin':
        return builtin(rest, rest, owner);
      case 'missing':
        throw notFound(
          /^[./]/.test(rest)
            ? `${label} requires "${rest}", and there is no such file. Install ${owner} again.`
            : `${label} requires "${rest}", which is not installed. Install it: npm install ${packageOf(rest)}`,
        );
      case 'other':
        throw notFound(
          `${label} requires "${rest}", which is not JavaScript. Load that file from your own code.`,
        );
    }
    throw notFound(
      `${label} calls require("${id}"). The name is made while the code runs, and only names that stand in the code are known. ` +
        `Use a build of ${owner} for browsers.`,
    );
  }

  function run(
    id: string,
    { label, owner, factory }: { label: string; owner: string; factory: Factory },
  ) {
    const require = Object.assign((name: string) => load(name, label, owner), {
      resolve(name: string) {
        if (name.startsWith('missing:')) load(name, label, owner);
        return name;
      },
      cache,
      extensions: {},
      main: undefined,
    });
    const exports = {};
    const module: Module = {
      exports,
      id,
      filename: id,
      loaded: false,
      children: [],
      paths: [],
      parent: null,
      require,
    };
    modules.set(id, module);
    let isDone = false;
    try {
      const folder = id.slice(0, Math.max(id.lastIndexOf('/'), 1));
      factory.call(exports, module, exports, require, id, folder, env);
      isDone = true;
    } finally {
      // As in Node: what failed is run again when it is required again.
      if (!isDone) modules.delete(id);
    }
    module.loaded = true;
    return module.exports;
  }

  function remember(id: string, exports: unknown): unknown {
    modules.set(id, { exports });
    return exports;
  }

  /** What `require()` of an ES module gives: Node's rules. */
  function exportsOfNamespace(namespace: object): unknown {
    const names = Object.keys(namespace);
    const read = (name: string): unknown => Reflect.get(namespace, name);
    if (names.includes('module.exports')) return read('module.exports');
    const exports = Object.create(null);
    for (const name of names) {
      Object.defineProperty(exports, name, { enumerable: true, get: () => read(name) });
    }
    if (names.includes('default') && !names.includes('__esModule')) {
      Object.defineProperty(exports, '__esModule', { value: true });
    }
    return exports;
  }

  /** Stands for something of a module that only Node has. It can be held and looked at, and not be used. */
  function builtin(name: string, use: string, owner: string): unknown {
    const fail = (): never => {
      throw new Error(
        `${owner} uses ${use} of Node's module "${name}", which browsers do not have. ` +
          `Use a build of ${owner} for browsers.`,
      );
    };
    const held = new Map<PropertyKey, unknown>();
    return new Proxy(class {}, {
      apply: fail,
      construct: fail,
      get(target, key) {
        // A class may extend it.
        if (key === 'prototype') return target.prototype;
        if (key === Symbol.toPrimitive) return fail;
        // Compiled code would copy what it can list, which is nothing, into an object of its own.
        if (key === '__esModule') return true;
        // Code that asks for these wants to know what it is.
        if (typeof key === 'symbol' || key === 'then') return undefined;
        if (key === 'default' && use === name) return builtin(name, use, owner);
        if (!held.has(key)) {
          held.set(key, builtin(name, use === name ? key : `${use}.${key}`, owner));
        }
        return held.get(key);
      },
    });
  }

  function notFound(message: string): Error {
    return Object.assign(new Error(message), { code: 'MODULE_NOT_FOUND' });
  }

  function packageOf(specifier: string): string {
    const parts = specifier.split('/');
    return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
  }

  return {
    /** Defines a file, but for one that another module defined before: a file runs once a page. */
    define(id: string, label: string, owner: string, factory: Factory) {
      if (!definitions.has(id)) definitions.set(id, { label, owner, factory });
    },
    /** Hands in an ES module. */
    provide(id: string, namespace: object) {
      namespaces.set(id, namespace);
    },
    /** Runs a file, unless it has run. */
    open(id: string, label: string): Opened {
      const exports = load(id, label, label);
      const has = (name: string) => exports != null && name in Object(exports);
      const get = (name: string): unknown => {
        try {
          // A getter may throw, and no code has asked for this name yet.
          return has(name) ? Reflect.get(Object(exports), name, exports) : undefined;
        } catch {
          return undefined;
        }
      };
      return {
        default: get('__esModule') && has('default') ? get('default') : exports,
        get,
        demand(name) {
          if (has(name)) return get(name);
          throw new SyntaxError(
            `${label} does not provide an export named "${name}". Import its default export to see what it has.`,
          );
        },
      };
    },
  };
}
