/// <reference types="hotgraph/client" />
import.meta.hot!.accept();
