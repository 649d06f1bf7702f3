import { openStore } from "../../src/store/store.ts";
import { createFakeLog } from "../fakes/log.ts";

/** Opens the store and keeps it until it is killed, or until somebody closes its standard input. */
const store = await openStore({ file: process.argv[2] ?? "", log: createFakeLog(), nowMs: Date.now });
process.stdout.write("open\n");
process.stdin.resume().on("end", () => void store.close().then(() => process.stdout.write("closed\n")));
