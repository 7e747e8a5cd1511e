/**
 * The package managers, as people use them in an empty project: from a registry of ours, with caches of their own, and
 * without Rust.
 */

import { spawn } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { version } from '../../scripts/platforms.js';
import { tool } from '../../scripts/run.js';
import { Project } from './project.js';

/**
 * How each is run: the program before its arguments, what adds development dependencies, what runs a package's command,
 * and what Node needs to find packages.
 */
const MANAGERS = {
  npm: {
    program: process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'],
    add: ['install', '--save-dev', '--no-audit', '--no-fund', '--loglevel=error'],
    exec: ['exec', '--no', '--'],
  },
  pnpm: {
    program: [process.execPath, tool('pnpm', 'pnpm')],
    add: ['add', '--save-dev'],
    exec: ['exec'],
  },
  'Yarn with node_modules': {
    program: [process.execPath, tool('@yarnpkg/cli-dist', 'yarn')],
    add: ['add', '--dev'],
    exec: ['run'],
    env: { YARN_NODE_LINKER: 'node-modules' },
  },
  "Yarn with Plug'n'Play": {
    program: [process.execPath, tool('@yarnpkg/cli-dist', 'yarn')],
    add: ['add', '--dev'],
    exec: ['run'],
    env: { YARN_NODE_LINKER: 'pnp' },
    node: ['--require', './.pnp.cjs', '--loader', './.pnp.loader.mjs'],
  },
};

export const managerNames = Object.keys(MANAGERS);

/** A project that a package manager installs into. */
export class Installation {
  /**
   * @param {string} name One of `managerNames`.
   * @param {{ url: string }} registry
   * @param {Record<string, string>} files Of the project, by path.
   */
  constructor(name, registry, files) {
    const { program, add, exec, env = {}, node = [] } = MANAGERS[name];
    this.project = new Project({ 'package.json': '{ "private": true }\n', ...files });
    this.caches = new Project({});
    this.program = program;
    this.verbs = { add, exec };
    /** What Node has to be started with. */
    this.nodeArgs = node;
    this.env = { ...environment(registry, this.caches.folder), ...env };
  }

  /** Installs hotgraph, and other packages. */
  add(...specifiers) {
    return this.run([...this.verbs.add, `hotgraph@${version}`, ...specifiers]);
  }

  /** Runs a command of an installed package; returns what it printed. */
  exec(...command) {
    return this.run([...this.verbs.exec, ...command]);
  }

  /** Runs the package manager; returns what it printed, and throws that when it fails. */
  run(args) {
    const [command, ...before] = this.program;
    // On Windows npm is a script, which only a shell runs.
    const shell = command === 'npm' && process.platform === 'win32';
    const options = { cwd: this.project.folder, env: this.env, shell };
    const child = spawn(command, [...before, ...args], options);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        output += text;
      });
    }
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => {
        if (code === 0) resolve(output);
        else reject(new Error(`\`${args.join(' ')}\` ended with ${code}:\n${output}`));
      });
    });
  }

  dispose() {
    this.project.dispose();
    this.caches.dispose();
  }
}

/** Our own environment without what npm added to it and without Rust, and with the registry and caches. */
function environment({ url }, caches) {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|yarn_|pnpm_|cargo|rust|node_options$|init_cwd$)/i.test(name),
  );
  const env = Object.fromEntries(own);
  const path = Object.keys(env).find((name) => name.toLowerCase() === 'path') ?? 'PATH';
  const folders = (env[path] ?? '').split(delimiter);
  const isWanted = (folder) => !/[\\/](\.cargo|\.rustup|node_modules)[\\/]/.test(`${folder}/`);
  return {
    ...env,
    [path]: [dirname(process.execPath), ...folders.filter(isWanted)].join(delimiter),
    npm_config_registry: url,
    npm_config_cache: join(caches, 'npm'),
    npm_config_store_dir: join(caches, 'pnpm'),
    npm_config_update_notifier: 'false',
    XDG_CACHE_HOME: join(caches, 'cache'),
    YARN_NPM_REGISTRY_SERVER: url,
    YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
    YARN_GLOBAL_FOLDER: join(caches, 'yarn'),
    YARN_ENABLE_TELEMETRY: '0',
    YARN_ENABLE_IMMUTABLE_INSTALLS: '0',
    // Packages that were published just now are what is tested here.
    YARN_NPM_MINIMAL_AGE_GATE: '0',
  };
}
