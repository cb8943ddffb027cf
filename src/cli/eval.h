/* eval.h - one request of `rao eval`: a line of JSON in, a line of JSON out. */
#ifndef RAO_CLI_EVAL_H
#define RAO_CLI_EVAL_H

#include "json_arena.h"

#include <cjson/cJSON.h>

#include <rao/manifold.h>

/* What the dimension of a family follows from. */
typedef enum eval_width_of { EVAL_OF_POINT = 0, EVAL_OF_OBSERVATION, EVAL_OF_DIMENSION } eval_width_of;

/* Families made so far, each in the place that its hash names: requests of a stream repeat themselves. */
enum { EVAL_FAMILIES = 64, EVAL_NAME = 32 };
typedef struct eval_kept {
    rao_family *family;
    char name[EVAL_NAME], chart_name[EVAL_NAME]; /* as the request has them */
    int64_t width;                               /* what the request had: numbers of a point, of an observation, or classes */
    eval_width_of width_of;
    double fixed;
    int64_t chart;
} eval_kept;

/* Topics and quantities by name: open addressing. */
enum { EVAL_NAMES = 512 };
typedef struct eval_name {
    const char *name; /* NULL: a free place */
    int topic;        /* number of a topic, or -1: then a quantity */
    int quantity;
} eval_name;

/* How points are written: arrays of coordinates, or the objects of eval_point.c. */
typedef enum eval_form { EVAL_ARRAY = 0, EVAL_MVN, EVAL_WISHART, EVAL_MIXTURE } eval_form;

typedef struct eval_state {
    rao_ctx *ctx;
    int64_t seed;
    json_arena arena;
    eval_kept kept[EVAL_FAMILIES];
    eval_name names[EVAL_NAMES];
    rao_stream stream; /* of `stream_seed` */
    int64_t stream_seed;
    rao_family *own;              /* of the last request that brought a density */
    rao_family *mixture, **parts; /* of the last request that was put to a mixture */
    int64_t part_count;
    int whole_messages; /* of errors in expressions also the lines that show the place: for people */
    rao_json_writer json;
} eval_state;

/* A list of points of `width` numbers: one, or `count` of them. */
typedef struct eval_points {
    double *data;
    int64_t width, count;
    int batch;
    const char *key;
    const cJSON **bad; /* of a batch: the items that are no such points, NULL for good ones; NULL where all are good */
} eval_points;

/* The keys of a request, in the order of the help; eval_keys.c has their row. */
typedef enum eval_key {
    KEY_FAMILY = 0,
    KEY_QUANTITY,
    KEY_CHART,
    KEY_FIXED,
    KEY_P,
    KEY_Q,
    KEY_ID,
    KEY_X,
    KEY_T,
    KEY_VELOCITY,
    KEY_ORDER,
    KEY_DATA,
    KEY_WEIGHTS,
    KEY_METHOD,
    KEY_SAMPLES,
    KEY_SEED,
    KEY_KIND,
    KEY_POINTS,
    KEY_ONTO,
    KEY_KERNEL,
    KEY_N,
    KEY_TARGET,
    KEY_BIAS,
    KEY_NORMALISED,
    KEY_REGION,
    KEY_ALPHA,
    KEY_PLANE,
    KEY_DENSITY,
    KEY_LOG_DENSITY,
    KEY_COORDINATES,
    KEY_SUPPORT,
    KEY_DISCRETE,
    KEY_UNNORMALISED,
    EVAL_KEYS
} eval_key;
typedef uint64_t eval_uses; /* a set of them */
_Static_assert(EVAL_KEYS <= 64, "a set of keys fits");
#define EVAL_USES(key) ((eval_uses)1 << KEY_##key)

/* One request: the family and chart that it names, and its tree, of which a topic reads what it needs. */
typedef struct eval_request {
    eval_state *s;
    cJSON *tree;
    eval_uses seen; /* its keys */
    eval_form form;
    int64_t side; /* of the matrices in points that are objects; 0: none so far */
    int warned;   /* the answer has its warning */
    const char *quantity;
    const rao_family *family;
    int64_t chart;
} eval_request;

/* What is asked by name and is no quantity of a batch: a function that reads the rest of the request and writes the answer's keys. */
typedef struct eval_topic {
    const char *name;
    rao_status (*answer)(eval_request *r);
    eval_uses uses; /* the keys that it reads, besides those of any request */
} eval_topic;
/* Topic `index` in the order of the help, NULL behind the last. */
const eval_topic *eval_topic_at(int64_t index);

/* ---- eval_keys.c ---- */

/* Key `index` of those that a request may have, and what it is for; NULL behind the last. */
const char *eval_key_at(int64_t index);
const char *eval_key_use(int64_t index);
int eval_key_index(const char *name); /* -1: no key */
/* Every key is known and stands there once; *seen: which there are. */
rao_status eval_check_keys(rao_ctx *ctx, const cJSON *tree, eval_uses *seen);
/* r->seen are keys that a quantity which reads `uses` may have. */
rao_status eval_check_uses(const eval_request *r, eval_uses uses);
/* Behind eval_find_family: p, q, seed and samples that are not read are good all the same; *warning: what the answer is to say of them, or NULL. */
rao_status eval_check_unused(eval_request *r, eval_uses uses, const char **warning);

/* ---- eval_read.c: arrays are temporaries of the scratch stack ---- */

/* cJSON_IsNumber and the like without a call. */
static inline int eval_is(const cJSON *item, int type) { return item && (item->type & 0xFF) == type; }
/* The value of a key, NULL where it is absent. */
const cJSON *eval_find(const cJSON *tree, const char *key);
/* *text = NULL where the key is absent and not needed. */
rao_status eval_get_text(rao_ctx *ctx, const cJSON *tree, const char *key, int needed, const char **text);
/* A number, or "inf" and "-inf". */
rao_status eval_get_number(rao_ctx *ctx, const cJSON *item, const char *key, double *value);
/* The same of an entry of a list, whose place the sentence tells. */
rao_status eval_get_entry(rao_ctx *ctx, const cJSON *list, const cJSON *entry, const char *key, double *value);
/* The number of a key; the value stays where the key is absent. */
rao_status eval_get_real(rao_ctx *ctx, const cJSON *tree, const char *key, double *value);
rao_status eval_get_whole(rao_ctx *ctx, const cJSON *tree, const char *key, int64_t *value);
/* true or false; the value stays where the key is absent. */
rao_status eval_get_flag(rao_ctx *ctx, const cJSON *tree, const char *key, int *value);
/* The name of a chart, NULL where the key is absent. */
rao_status eval_get_chart(rao_ctx *ctx, const cJSON *tree, const char **chart);
/* With `width` numbers a point: one point, or a batch of them; count 0 where the key is absent. */
rao_status eval_get_points(rao_ctx *ctx, const cJSON *tree, const char *key, int64_t width, eval_points *out);
/* The same of what is answered item by item: an item of a batch that is no such point becomes NaN, and eval_check_item says why. */
rao_status eval_get_batch(rao_ctx *ctx, const cJSON *tree, const char *key, int64_t width, eval_points *out);
rao_status eval_check_item(eval_request *r, const eval_points *points, int64_t i);
/* Both for points of the request's family and chart. */
rao_status eval_get_chart_points(eval_request *r, const char *key, eval_points *out);
rao_status eval_get_chart_batch(eval_request *r, const char *key, eval_points *out);
/* The sentence about a wrong number of numbers, with their names behind it. */
rao_status eval_name_numbers(const eval_request *r, rao_status st);
/* The family that a request names, in the dimension that its points have, and its chart. */
rao_status eval_find_family(eval_request *r);
/* The same family made anew in its first chart, the caller's. */
rao_status eval_make_family(eval_request *r, rao_family **family);
/* A number from the bytes of a name. */
uint32_t eval_hash(uint32_t seed, const char *name);

/* ---- eval_id.c ---- */

/* "id" of the tree as it stands in its text, `line`; nothing where there is none. */
rao_status eval_put_id(eval_state *s, const cJSON *tree, const char *line);

/* ---- eval_density.c: a family of the user's own ---- */

int eval_has_density(const cJSON *tree);
rao_status eval_make_density(rao_ctx *ctx, const cJSON *tree, rao_family **family);

/* ---- eval_write.c ---- */

/* "error": {"code", "message"}; of a message in several lines the first, which is its sentence, unless s->whole_messages. */
void eval_put_error(eval_state *s, rao_status st);
/* {"error": {..}} in the place of an item. */
void eval_put_item_error(eval_state *s, rao_status st);
void eval_put_number(rao_ctx *ctx, rao_json_writer *json, const char *key, double v);
void eval_put_vector(rao_ctx *ctx, rao_json_writer *json, const char *key, const double *v, int64_t n);
void eval_put_matrix(rao_ctx *ctx, rao_json_writer *json, const char *key, const double *v, int64_t rows, int64_t columns);
/* "method" and "error_estimate" of the items that have an answer. */
void eval_put_quality(rao_ctx *ctx, rao_json_writer *json, const rao_quality *quality, const rao_status *each, int64_t n);

/* ---- eval_point.c: points that are objects ---- */

/* Turns the objects among p, q and points of the tree into coordinates, and notes their form; before the family is looked for. Of a list, what is no such point
 * stays an object: eval_check_object says why it is none. */
rao_status eval_flatten(eval_request *r);
rao_status eval_check_object(eval_request *r, const cJSON *object);
/* A point of the request's chart in the form of the request. */
void eval_put_point(const eval_request *r, const char *key, const double *v);
void eval_forget_mixture(eval_state *s);

/* ---- the answers ---- */

/* eval_batch.c: any quantity of rao/manifold.h, and the keys that it reads. */
eval_uses eval_batch_uses(int quantity);
rao_status eval_answer_batch(eval_request *r, int quantity);
/* eval_jeffreys.c */
rao_status eval_answer_jeffreys_volume(eval_request *r);
/* eval_mle.c */
rao_status eval_answer_mle(eval_request *r);
/* eval_cramer_rao.c */
rao_status eval_answer_cramer_rao(eval_request *r);
/* eval_check.c */
rao_status eval_answer_check(eval_request *r);
/* eval_centroid.c */
rao_status eval_answer_centroid(eval_request *r);
/* eval_projection.c */
rao_status eval_answer_m_projection(eval_request *r);
rao_status eval_answer_e_projection(eval_request *r);
/* The set that "onto" names. */
rao_status eval_read_onto(rao_ctx *ctx, const eval_request *r, rao_onto *onto);
/* eval_mutual.c */
rao_status eval_answer_mutual_information(eval_request *r);
/* eval_markov.c */
rao_status eval_answer_markov(eval_request *r);

/* ---- eval.c ---- */

rao_status eval_open(eval_state *s, rao_ctx *ctx, int64_t seed);
void eval_close(eval_state *s);
/* Answers one line (without its end) into `out`, an answer or an error, newline included. Only ENOMEM and EIO come back as a failure. */
rao_status eval_line(eval_state *s, const char *line, int64_t length, rao_text *out);
/* The answer to a line that is not looked at: the failure that the context has. */
rao_status eval_refuse(eval_state *s, rao_status why, rao_text *out);
/* The same of a request that is a tree already; its points may come to be written otherwise. */
rao_status eval_tree(eval_state *s, cJSON *tree, rao_text *out);

#endif
