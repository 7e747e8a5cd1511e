doSomethingGlobal();

import.meta.hot?.decline();
