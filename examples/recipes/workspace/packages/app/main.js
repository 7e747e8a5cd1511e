import { label } from '@shore/ui';

const show = (makeLabel) => {
  document.querySelector('p').textContent = makeLabel('Low water');
};

show(label);

import.meta.hot?.accept('@shore/ui', (ui) => show(ui.label));
