import { setMaxListeners } from "node:events";

// An editor ties some fifty listeners to one AbortSignal on purpose; Node takes more than ten for a leak.
setMaxListeners(0);
