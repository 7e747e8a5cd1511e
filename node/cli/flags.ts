/**
 * The command line: `npx hotgraph [folder] [flags]`.
 */

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import * as v from 'valibot';
import { command as schema } from '../options.js';
import type { HotgraphConfig } from './config.js';
import { Failure } from './failure.js';

/** What the command line says. */
export interface Flags {
  /** The file of the configuration, as it is named. */
  configFile?: string;
  /** The other flags, in the shape of a configuration. */
  config: HotgraphConfig;
}

/** What commander makes of the flags. */
interface Values extends Omit<HotgraphConfig, 'proxy'> {
  config?: string;
  proxy?: string;
  map?: Record<string, string>;
  reloadOn?: string[];
}

const { entries } = schema;
const { target, maps } = entries.proxy.wrapped.entries;

/** The text below the list of flags. */
const EXAMPLES = `
Examples:
  hotgraph                        serve this folder
  hotgraph app --open             serve app/, and open its page
  hotgraph --proxy http://localhost:3000 --root app/assets
                                  hot modules in the pages of a backend

Flags win over hotgraph.config.js. Details: docs/command.md
`;

/**
 * Reads the command line. Help and version are printed.
 *
 * @param args The arguments after the command.
 * @param version Of this package.
 * @returns Nothing when there is nothing left to do.
 * @throws {Failure} for what there is not, and for wrong values.
 */
export function parseFlags(args: readonly string[], version: string): Flags | undefined {
  const command = define(version);
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw new Failure(`${sentence(error.message)} See \`npx hotgraph --help\`.`);
  }
  return flagsOf(command.opts<Values>(), command.args[0]);
}

function define(version: string): Command {
  const port = (text: string) => check(entries.port, /^\d+$/.test(text) ? Number(text) : text);
  return new Command('hotgraph')
    .description(
      'Serves a folder, or stands in front of a backend, and updates pages while you edit.',
    )
    .argument('[folder]', 'the folder to serve (default: this one)')
    .option('--root <folder>', 'the same, as a flag')
    .addOption(
      new Option('-p, --port <number>', 'port (default: 8000, or the next free one)').argParser(
        port,
      ),
    )
    .option('--host [name]', 'host to listen on; without a name all addresses (default: localhost)')
    .option('-o, --open [path]', 'open the page in a browser')
    .option('--https', 'serve by https, with a certificate made here or --cert and --key')
    .option('--cert <file>', 'certificate, PEM')
    .option('--key <file>', 'its key, PEM')
    .addOption(
      new Option('--base <path>', 'what all urls begin with').argParser((text) =>
        check(entries.base, text),
      ),
    )
    .option('--spa', 'unknown paths get index.html')
    .addOption(
      new Option('--proxy <address>', 'backend to stand in front of').argParser((text) =>
        check(target, text),
      ),
    )
    .addOption(
      new Option(
        '--map <urls=folder>',
        'folder of the urls that begin so; may be repeated',
      ).argParser(addMap),
    )
    .addOption(
      new Option(
        '--reload-on <pattern>',
        'files whose change reloads all pages; may be repeated',
      ).argParser((text, before: string[] = []) => [...before, text]),
    )
    .addOption(
      new Option('--log-level <level>', 'how much to say').choices([
        'debug',
        'info',
        'warn',
        'error',
        'silent',
      ]),
    )
    .option('-c, --config <file>', 'configuration (default: hotgraph.config.js and the like)')
    .version(version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this')
    .allowExcessArguments(false)
    .addHelpText('after', EXAMPLES)
    .configureOutput({ writeErr: () => {} })
    .exitOverride();
}

/** A value as its option has to be. */
function check<Value>(option: v.GenericSchema<Value>, value: unknown): Value {
  const { success, output, issues } = v.safeParse(option, value);
  if (!success) throw new InvalidArgumentError(`It ${issues[0].message}.`);
  return output;
}

function addMap(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [, prefix, folder] = /^([^=]*)=(.+)$/.exec(text) ?? [];
  if (prefix === undefined || folder === undefined) {
    throw new InvalidArgumentError('It has to be urls and a folder, such as /assets/=app/assets/.');
  }
  return { ...before, ...check(maps, { [prefix]: folder }) };
}

/** What commander says, as one sentence. */
function sentence(message: string): string {
  const [first = '', ...rest] = message.replace(/^error: /, '').split('\n');
  const text = `${first.charAt(0).toUpperCase()}${first.slice(1)}`;
  const hint = rest.join(' ').replace(/^\((.*)\)$/, '$1');
  return [text.endsWith('.') ? text : `${text}.`, hint].filter(Boolean).join(' ');
}

function flagsOf(values: Values, folder: string | undefined): Flags {
  const { config: configFile, proxy, map, reloadOn, ...rest } = values;
  const config: HotgraphConfig = { ...rest };
  if (folder !== undefined) {
    if (rest.root !== undefined && rest.root !== folder) {
      throw new Failure(`The folder is named twice: ${folder} and --root ${rest.root}. Keep one.`);
    }
    config.root = folder;
  }
  if (proxy !== undefined || map || reloadOn) {
    // The configuration may name the backend: `settle` asks for it.
    config.proxy = {
      ...(proxy !== undefined && { target: proxy }),
      ...(map && { maps: map }),
      ...(reloadOn && { reloadOn }),
    } as HotgraphConfig['proxy'] & object;
  }
  return { config, ...(configFile !== undefined && { configFile }) };
}
