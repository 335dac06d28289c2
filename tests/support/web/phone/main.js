import { told } from "../shared/told.js";
console.log(told);
