/* json_arena.h - memory for cJSON's small trees: one block that is used up from its beginning and taken back whole.
 *
 * cJSON's allocator is one for the whole process, so the library leaves it alone and the program sets it: while a tree is made between
 * json_arena_enter and json_arena_leave, this thread's nodes come from the arena; all else, and what does not fit, comes from malloc. */
#ifndef RAO_CLI_JSON_ARENA_H
#define RAO_CLI_JSON_ARENA_H

#include "cli.h"

typedef struct json_arena {
    char *bytes; /* NULL: no arena, all from malloc */
    size_t used;
    int64_t outside; /* blocks that did not fit and are not freed yet */
} json_arena;

rao_status json_arena_create(rao_ctx *ctx, json_arena *arena);
void json_arena_destroy(json_arena *arena);
void json_arena_enter(json_arena *arena);
/* Takes the tree (may be NULL) back and empties the arena. */
void json_arena_leave(json_arena *arena, struct cJSON **tree);

#endif
