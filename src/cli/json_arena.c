/* json_arena.c - cJSON's allocator while a request is read. O(1) a node, nothing a tree. */
#include "json_arena.h"

#include <stdlib.h>

#include <cjson/cJSON.h>

enum { ARENA_BYTES = 1 << 16, NODE_ALIGN = 16 };
_Static_assert(ARENA_BYTES % NODE_ALIGN == 0, "rounding up stays inside");

static _Thread_local json_arena *current; /* of the tree being made, between enter and leave */

static void *take_outside(json_arena *arena, size_t size) {
    void *block = malloc(size);
    if (arena) arena->outside += block != NULL;
    return block;
}

/* `used` stays a multiple of NODE_ALIGN, so that what fits before it is rounded up fits after it too. */
static void *take(size_t size) {
    json_arena *arena = current;
    if (!arena || size > ARENA_BYTES - arena->used) return take_outside(arena, size);
    void *block = arena->bytes + arena->used;
    arena->used += (size + NODE_ALIGN - 1) / NODE_ALIGN * NODE_ALIGN;
    return block;
}

static int inside(const void *block) {
    uintptr_t at = (uintptr_t)block, begin = (uintptr_t)current->bytes;
    return at >= begin && at < begin + ARENA_BYTES;
}

static void give(void *block) {
    if (!current) {
        free(block);
    } else if (block && !inside(block)) {
        free(block);
        current->outside--;
    }
}

rao_status json_arena_create(rao_ctx *ctx, json_arena *arena) {
    cJSON_Hooks hooks = {take, give};
    *arena = (json_arena){0};
    rao_status st = rao_alloc(ctx, ARENA_BYTES, &arena->bytes);
    if (st == RAO_OK) cJSON_InitHooks(&hooks);
    return st;
}

void json_arena_destroy(json_arena *arena) {
    if (!arena->bytes) return;
    cJSON_InitHooks(NULL);
    rao_free(&arena->bytes);
}

void json_arena_enter(json_arena *arena) { current = arena->bytes ? arena : NULL; }

void json_arena_leave(json_arena *arena, struct cJSON **tree) {
    if (!current || arena->outside) rao_json_free(tree); /* else the nodes are all inside */
    *tree = NULL;
    arena->used = 0;
    current = NULL;
}
