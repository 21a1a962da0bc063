/** Slots of Lua's stack that one C function may use (LUAI_MAXCSTACK of luaconf.h). */
export const MAX_STACK_SLOTS = 8000;
