import { told } from "../shared/told.js";
console.info(told);
