/** What can be found on this shore at low water. Data only: find-list.js accepts its updates. */
export const species = [
  { name: 'Beadlet anemone', hint: 'a red blob on bare rock, a flower under water' },
  { name: 'Dog whelk', hint: 'grazes the barnacles it has drilled through' },
  { name: 'Shore crab', hint: 'lift the weed, then put it back' },
  { name: 'Limpet', hint: 'returns to its own scar on the rock' },
  { name: 'Bladder wrack', hint: 'the bladders come in pairs' },
  { name: 'Common blenny', hint: 'watches you from its crevice' },
  { name: 'Sea lettuce', hint: 'thin as paper, where fresh water runs in' },
  { name: 'Cushion star', hint: 'five blunt arms, under boulders' },
];
