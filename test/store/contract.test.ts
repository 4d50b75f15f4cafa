import { storeContract } from "../contracts/store/store-contract.ts";
import { temporaryStores } from "./temporary.ts";

const temporary = temporaryStores();
storeContract("embedded SQLite", () => temporary.open());
storeContract("embedded SQLite, many small blocks of events", () => temporary.open(temporary.path(), 5));
