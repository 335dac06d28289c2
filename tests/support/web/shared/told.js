export const told = "文字";
