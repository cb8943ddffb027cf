/* json_arena.c - cJSON's allocator while a request is read. O(1) a node, nothing a tree. */
#include "json_arena.h"

#include <stdlib.h>

#include <cjson/cJSON.h>

enum { ARENA_BYTES = 1 << 16, NODE_ALIGN = 16 };

static _Thread_local json_arena *current; /* of the tree being made, between enter and leave */

static void *take(size_t size) {
    size_t rounded = (size + NODE_ALIGN - 1) / NODE_ALIGN * NODE_ALIGN;
    if (!current) return malloc(size);
    if (size <= ARENA_BYTES && rounded <= ARENA_BYTES - current->used) {
        void *block = current->bytes + current->used;
        current->used += rounded;
        return block;
    }
    void *block = malloc(size);
    current->outside += block != NULL;
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
