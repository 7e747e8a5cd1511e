import {
  type HmrPlugin,
  type HmrPluginOptions,
  type HostEvent,
  hmrPlugin,
  type ReloadReport,
} from 'hotgraph';
import { hmrPlugin as forElements, presets, webComponents } from 'hotgraph/web-components';

const reasons: ReloadReport[] = [];

function onEvent(event: HostEvent): string {
  switch (event.type) {
    case 'updated':
      return `${event.files.length} ${event.stale} ${event.pages}`;
    case 'applied':
      return `${event.boundaries.join()} ${event.ms.toFixed(1)}`;
    case 'reloaded':
      reasons.push(event.report);
      return event.report.remedy ?? event.report.chain.join();
    case 'diagnostics':
      return event.diagnostics.map(({ file, line, frame }) => `${file}:${line}\n${frame}`).join();
    default:
      return event.type;
  }
}

const options: HmrPluginOptions = {
  logLevel: 'debug',
  watch: true,
  allowedHosts: ['.example.com'],
  overlay: false,
  onEvent,
};
const hmr: HmrPlugin = hmrPlugin(options);
export default { plugins: [hmrPlugin(), hmr] };

// Events are typed in both directions, by the same declaration.
hmr.hot.on('my:event', ({ msg }, client) => client.send('my:response', { msg: msg.toUpperCase() }));
hmr.hot.send('my:response', { msg: 'to all' });
const listener = (data: { msg: string }) => console.log(data.msg);
hmr.hot.on('my:event', listener);
hmr.hot.off('my:event', listener);
hmr.hot.on('nobody:knows', (data, client) => client.send('nobody:knows', data.anything));

// -- what is wrong ----------------------------------------------------------------------------------

// @ts-expect-error: no such level
hmrPlugin({ logLevel: 'loud' });
// @ts-expect-error: a list
hmrPlugin({ allowedHosts: 'example.com' });
// @ts-expect-error: it is a string
hmr.hot.send('my:response', { msg: 5 });
// @ts-expect-error: it is a string
hmr.hot.on('my:event', ({ msg }) => msg.count);
// @ts-expect-error: it is a string
hmr.hot.on('my:event', (_, client) => client.send('my:response', { msg: 5 }));
// @ts-expect-error: no such event
hmrPlugin({ onEvent: (event) => event.type === 'reload' });

export const elements = [
  hmrPlugin({ plugins: [webComponents()] }),
  forElements({ include: ['src/**/*'], presets: [presets.lit], decorators: [{ name: 'element' }] }),
];
