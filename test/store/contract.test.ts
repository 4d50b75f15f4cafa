import { storeContract } from "../contracts/store/store-contract.ts";
import { open, removeFolders } from "./temporary.ts";

removeFolders();
storeContract("embedded SQLite", () => open());
