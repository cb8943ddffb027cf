/* eval_keys.c - the keys that a request may have: one table for what is accepted, for sentences and for the help.
 *
 * family, quantity, chart, fixed, p, q, id, seed and samples stand in any request; q is held to be a point also where no use is made of it, and the answer then
 * has a warning. Every other key is refused where the quantity has no use for it: a number that is read by nobody is one that is not asked for. */
#include "eval.h"

#include <stdio.h>
#include <string.h>

typedef struct key_row {
    const char *name, *use;
} key_row;

static const key_row rows[EVAL_KEYS] = {
    [KEY_FAMILY] = {"family", "a name of those below, or mixture"},
    [KEY_QUANTITY] = {"quantity", "a name of those below"},
    [KEY_CHART] = {"chart", "of the points; left out: the first"},
    [KEY_FIXED] = {"fixed", "{\"n\":10}: of a family that has such a quantity"},
    [KEY_P] = {"p", "a point, or a batch of them"},
    [KEY_Q] = {"q", "a second point, or a batch"},
    [KEY_ID] = {"id", "any value; the answer repeats it"},
    [KEY_X] = {"x", "observations, of logpdf, score and statistic"},
    [KEY_T] = {"t", "places on a geodesic, p at 0 and q at 1"},
    [KEY_VELOCITY] = {"velocity", "a tangent vector, of exp_map and parallel_transport"},
    [KEY_ORDER] = {"order", "of renyi, tsallis and alpha_divergence (there also alpha)"},
    [KEY_DATA] = {"data", "observations, of mle and of a fisher matrix by the method empirical"},
    [KEY_WEIGHTS] = {"weights", "of data, and of the points of a centroid"},
    [KEY_METHOD] =
        {"method",
         "of fisher and fisher_det: closed, quadrature, monte_carlo, empirical or kl_hessian; the first three also of curvatures"},
    [KEY_SAMPLES] = {"samples", "draws of a monte_carlo answer"},
    [KEY_SEED] = {"seed", "of those draws"},
    [KEY_KIND] = {"kind", "of a centroid: left, right, symmetric, frechet or bures"},
    [KEY_POINTS] = {"points", "of a centroid"},
    [KEY_ONTO] = {"onto", "of projections and mutual_information: {\"COORDINATE\":value,..} or {\"independence\":[blocks]}"},
    [KEY_KERNEL] = {"kernel", "of markov_pushforward: row i is the law of the output given i"},
    [KEY_N] = {"n", "observations, of cramer_rao"},
    [KEY_TARGET] = {"target", "of cramer_rao: an expression of the coordinates"},
    [KEY_BIAS] = {"bias", "of cramer_rao: the bias of the target's estimator, an expression"},
    [KEY_NORMALISED] = {"normalised", "true: a jeffreys_prior that integrates to one"},
    [KEY_REGION] = {"region", "[[low,high],..] of a jeffreys_volume"},
    [KEY_ALPHA] = {"alpha", "of an alpha-connection: 0 is that of the Fisher metric, 1 the e-, -1 the m-connection"},
    [KEY_PLANE] = {"plane", "two tangent vectors, of a sectional or alpha-curvature"},
    [KEY_DENSITY] = {"density", "an expression: a family of your own"},
    [KEY_LOG_DENSITY] = {"log_density", "the same by its logarithm"},
    [KEY_COORDINATES] = {"coordinates", "of a density: [\"mu\"], or {\"mu\":null,\"sigma\":[0,\"inf\"]}"},
    [KEY_SUPPORT] = {"support", "of a density: [low, high]"},
    [KEY_DISCRETE] = {"discrete", "of a density: true for one of whole numbers"},
    [KEY_UNNORMALISED] = {"unnormalised", "of a density: true where it is to be divided by its integral"},
};

static const eval_uses always = EVAL_USES(FAMILY) | EVAL_USES(QUANTITY) | EVAL_USES(CHART) | EVAL_USES(FIXED) | EVAL_USES(P) |
                                EVAL_USES(Q) | EVAL_USES(ID) | EVAL_USES(SAMPLES) | EVAL_USES(SEED);
static const eval_uses of_density = EVAL_USES(DENSITY) | EVAL_USES(LOG_DENSITY) | EVAL_USES(COORDINATES) | EVAL_USES(SUPPORT) |
                                    EVAL_USES(DISCRETE) | EVAL_USES(UNNORMALISED);

const char *eval_key_at(int64_t index) { return index >= 0 && index < EVAL_KEYS ? rows[index].name : NULL; }
const char *eval_key_use(int64_t index) { return index >= 0 && index < EVAL_KEYS ? rows[index].use : NULL; }

/* strcmp's call costs more than most comparisons need. */
int eval_key_index(const char *name) {
    for (int i = 0; i < EVAL_KEYS; i++)
        if (name[0] == rows[i].name[0] && !strcmp(name, rows[i].name)) return i;
    return -1;
}

static rao_status no_key(rao_ctx *ctx, const char *name) {
    const char *near = rao_nearest(name, rows, EVAL_KEYS, sizeof *rows);
    if (near) return rao_fail(ctx, RAO_EINVAL, "no key '%.40s', did you mean '%s'?", name, near);
    return rao_fail(ctx, RAO_EINVAL, "no key '%.40s'; `rao eval --help` lists the keys", name);
}

rao_status eval_check_keys(rao_ctx *ctx, const cJSON *tree, eval_uses *seen) {
    *seen = 0;
    if (!eval_is(tree, cJSON_Object)) return rao_fail(ctx, RAO_EINVAL, "a request is an object {\"family\":..,\"quantity\":..,\"p\":[..]}");
    for (const cJSON *item = tree->child; item; item = item->next) {
        int key = eval_key_index(item->string);
        if (key < 0) return no_key(ctx, item->string);
        if (*seen >> key & 1) return rao_fail(ctx, RAO_EINVAL, "the key '%s' stands twice in the request", rows[key].name);
        *seen |= (eval_uses)1 << key;
    }
    return RAO_OK;
}

static int first_of(eval_uses keys) {
    int key = 0;
    while (!(keys >> key & 1)) key++;
    return key;
}

rao_status eval_check_uses(const eval_request *r, eval_uses uses) {
    rao_ctx *ctx = r->s->ctx;
    int own = (r->seen & (EVAL_USES(DENSITY) | EVAL_USES(LOG_DENSITY))) != 0;
    eval_uses stray = r->seen & ~(uses | always | of_density), homeless = own ? r->seen & EVAL_USES(FIXED) : r->seen & of_density;
    if (stray) {
        const key_row *row = &rows[first_of(stray)];
        return rao_fail(ctx, RAO_EINVAL, "%s has no use for the key '%s' (%s)", r->quantity, row->name, row->use);
    }
    if (homeless && own) return rao_fail(ctx, RAO_EINVAL, "a family of your own has no fixed quantity: write the number into its density");
    if (homeless)
        return rao_fail(ctx, RAO_EINVAL, "the key '%s' describes a density, and neither density nor log_density is given",
                        rows[first_of(homeless)].name);
    return RAO_OK;
}

/* What stands in any request is what it claims to be, also where nobody reads it. */
rao_status eval_check_unused(eval_request *r, eval_uses uses, const char **warning) {
    rao_status st = RAO_OK;
    rao_ctx *ctx = r->s->ctx;
    int64_t whole;
    eval_points point;
    *warning = NULL;
    if (r->seen & EVAL_USES(SAMPLES)) RAO_TRY(eval_get_whole(ctx, r->tree, "samples", &whole));
    if (r->seen & EVAL_USES(SEED)) RAO_TRY(eval_get_whole(ctx, r->tree, "seed", &whole));
    if (r->seen & ~uses & EVAL_USES(P)) RAO_TRY(eval_get_chart_points(r, "p", &point));
    if (!(r->seen & ~uses & EVAL_USES(Q))) return RAO_OK;
    RAO_TRY(eval_get_chart_points(r, "q", &point));
    *warning = "the quantity has no use for q";
done:
    return st;
}
