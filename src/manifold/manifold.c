/* manifold.c - the list of quantities, those of the room family included, and the way from a name to an answer. */
#include <string.h>

#include "manifold/manifold.h"

#define ROW(quantity) [(quantity)-RAO_JEFFREYS_DIVERGENCE]
static const family_question *const own[] = {
    ROW(RAO_JEFFREYS_DIVERGENCE) = &rao_ask_jeffreys_divergence,
    ROW(RAO_RENYI) = &rao_ask_renyi,
    ROW(RAO_TSALLIS) = &rao_ask_tsallis,
    ROW(RAO_ALPHA_DIVERGENCE) = &rao_ask_alpha_divergence,
    ROW(RAO_BHATTACHARYYA) = &rao_ask_bhattacharyya,
    ROW(RAO_HELLINGER) = &rao_ask_hellinger,
    ROW(RAO_CHERNOFF_INFORMATION) = &rao_ask_chernoff_information,
    ROW(RAO_CHERNOFF_ALPHA) = &rao_ask_chernoff_alpha,
    ROW(RAO_JENSEN_SHANNON) = &rao_ask_jensen_shannon,
    ROW(RAO_TOTAL_VARIATION) = &rao_ask_total_variation,
    ROW(RAO_E_GEODESIC) = &rao_ask_e_geodesic,
    ROW(RAO_M_GEODESIC) = &rao_ask_m_geodesic,
    ROW(RAO_FISHER_RAO_DISTANCE) = &rao_ask_fisher_rao_distance,
    ROW(RAO_FISHER_RAO_GEODESIC) = &rao_ask_fisher_rao_geodesic,
    ROW(RAO_EXP_MAP) = &rao_ask_exp_map,
    ROW(RAO_LOG_MAP) = &rao_ask_log_map,
    ROW(RAO_FISHER_RAO_BOUNDS) = &rao_ask_fisher_rao_bounds,
    ROW(RAO_HALF_PLANE) = &rao_ask_half_plane,
    ROW(RAO_DISC) = &rao_ask_disc,
    ROW(RAO_JEFFREYS_PRIOR) = &rao_ask_jeffreys_prior,
    ROW(RAO_WASSERSTEIN2) = &rao_ask_wasserstein2,
    ROW(RAO_WASSERSTEIN_GEODESIC) = &rao_ask_wasserstein_geodesic,
    ROW(RAO_WASSERSTEIN_INFORMATION) = &rao_ask_wasserstein_information,
    ROW(RAO_AMARI_CHENTSOV) = &rao_ask_amari_chentsov,
    ROW(RAO_CHRISTOFFEL) = &rao_ask_christoffel,
    ROW(RAO_ALPHA_CHRISTOFFEL) = &rao_ask_alpha_christoffel,
    ROW(RAO_RIEMANN) = &rao_ask_riemann,
    ROW(RAO_SECTIONAL_CURVATURE) = &rao_ask_sectional_curvature,
    ROW(RAO_SCALAR_CURVATURE) = &rao_ask_scalar_curvature,
    ROW(RAO_ALPHA_CURVATURE) = &rao_ask_alpha_curvature,
    ROW(RAO_PARALLEL_TRANSPORT) = &rao_ask_parallel_transport,
    ROW(RAO_ALPHA_GEODESIC) = &rao_ask_alpha_geodesic,
};
enum { OWN = sizeof own / sizeof *own };
_Static_assert(OWN == RAO_MANIFOLD_QUANTITIES - RAO_JEFFREYS_DIVERGENCE, "every quantity has its row");

/* Those that know how to answer a batch at once. */
static family_many *const many[OWN] = {
    ROW(RAO_FISHER_RAO_DISTANCE) = rao_half_distances,
};

static const family_question *find(int quantity) {
    if (quantity >= 0 && quantity < RAO_QUANTITIES) return rao_family_question((rao_quantity)quantity);
    return quantity >= RAO_JEFFREYS_DIVERGENCE && quantity < RAO_MANIFOLD_QUANTITIES ? own[quantity - RAO_JEFFREYS_DIVERGENCE] : NULL;
}

int rao_manifold_list(int64_t index) {
    if (index >= 0 && index < RAO_QUANTITIES) return (int)index;
    index -= RAO_QUANTITIES;
    return index >= 0 && index < OWN ? RAO_JEFFREYS_DIVERGENCE + (int)index : -1;
}

const char *rao_manifold_name(int quantity) { return find(quantity) ? find(quantity)->name : "?"; }
rao_shape rao_manifold_shape(int quantity) { return find(quantity) ? find(quantity)->shape : RAO_SCALAR; }
int rao_manifold_takes(int quantity) { return find(quantity) ? find(quantity)->takes : 0; }

int64_t rao_manifold_answer(const rao_family *family, int64_t chart, int quantity) {
    return find(quantity) ? rao_shape_numbers(family, chart, find(quantity)->shape) : 0;
}

rao_status rao_manifold_find(rao_ctx *ctx, const char *name, int *quantity) {
    const char *names[RAO_QUANTITIES + OWN];
    for (int64_t i = 0; i < RAO_QUANTITIES + OWN; i++) {
        names[i] = rao_manifold_name(rao_manifold_list(i));
        if (name && !strcmp(name, names[i])) {
            *quantity = rao_manifold_list(i);
            return RAO_OK;
        }
    }
    const char *near = rao_nearest(name ? name : "", names, RAO_QUANTITIES + OWN, sizeof names[0]);
    return rao_fail(ctx, RAO_EINVAL, "no quantity \"%s\"%s%s%s", name ? name : "", near ? "; did you mean \"" : "", near ? near : "",
                    near ? "\"?" : "");
}

rao_status rao_manifold_eval(rao_ctx *ctx, const rao_family *family, int quantity, const rao_family_args *args, double *out,
                             int64_t stride) {
    const family_question *row = find(quantity);
    if (!row)
        return rao_fail(ctx, RAO_EINVAL, "rao_manifold_eval: quantity %d, want 0..%d or %d..%d", quantity, RAO_QUANTITIES - 1,
                        (int)RAO_JEFFREYS_DIVERGENCE, (int)RAO_MANIFOLD_QUANTITIES - 1);
    family_many *at_once =
        quantity < RAO_JEFFREYS_DIVERGENCE ? rao_family_many((rao_quantity)quantity) : many[quantity - RAO_JEFFREYS_DIVERGENCE];
    return rao_family_ask_many(ctx, family, row, at_once, args, out, stride);
}

rao_status rao_ask_family(rao_ctx *ctx, const family_item *it, rao_quantity quantity, double *out, rao_quality *quality) {
    rao_quality own_quality = {RAO_CLOSED, 0};
    RAO_OR_RETURN(rao_family_question(quantity)->ask(ctx, it, out, &own_quality));
    if (own_quality.method > quality->method) quality->method = own_quality.method;
    quality->error += own_quality.error;
    return RAO_OK;
}

rao_status rao_ask_swapped(rao_ctx *ctx, const family_item *it, rao_quantity quantity, double *out, rao_quality *quality) {
    family_item swapped = *it;
    swapped.p = it->q, swapped.q = it->p;
    return rao_ask_family(ctx, &swapped, quantity, out, quality);
}
