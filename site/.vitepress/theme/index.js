import theme from 'vitepress/theme-without-fonts';
import { h } from 'vue';
import Sample from './sample.vue';
import './style.css';

/** The default theme, with a sample next to the title of the home page. */
export default {
  extends: theme,
  Layout: () => h(theme.Layout, null, { 'home-hero-image': () => h(Sample) }),
};
