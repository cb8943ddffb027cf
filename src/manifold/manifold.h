/* manifold.h - the questions of this room: each is a row that its topic's file defines and manifold.c lists. */
#ifndef RAO_MANIFOLD_PRIVATE_H
#define RAO_MANIFOLD_PRIVATE_H

#include <rao/manifold.h>

#include "family/batch.h"

/* divergence.c */
extern const family_question rao_ask_jeffreys_divergence;
extern const family_question rao_ask_renyi, rao_ask_tsallis, rao_ask_alpha_divergence, rao_ask_bhattacharyya, rao_ask_hellinger;
extern const family_question rao_ask_chernoff_information, rao_ask_chernoff_alpha;
/* jensen_shannon.c, total_variation.c */
extern const family_question rao_ask_jensen_shannon, rao_ask_total_variation;
/* duality.c */
extern const family_question rao_ask_e_geodesic, rao_ask_m_geodesic;
/* fisher_rao.c */
extern const family_question rao_ask_fisher_rao_distance, rao_ask_fisher_rao_geodesic, rao_ask_exp_map, rao_ask_log_map;
extern const family_question rao_ask_parallel_transport;
/* bounds.c */
extern const family_question rao_ask_fisher_rao_bounds;
/* jeffreys.c */
extern const family_question rao_ask_jeffreys_prior;
/* plane_coords.c */
extern const family_question rao_ask_half_plane, rao_ask_disc;
/* transport.c */
extern const family_question rao_ask_wasserstein2, rao_ask_wasserstein_geodesic, rao_ask_wasserstein_information;
/* connection.c */
extern const family_question rao_ask_amari_chentsov, rao_ask_christoffel, rao_ask_alpha_christoffel;
/* curvature.c */
extern const family_question rao_ask_riemann, rao_ask_sectional_curvature, rao_ask_scalar_curvature, rao_ask_alpha_curvature;
/* alpha_path.c */
extern const family_question rao_ask_alpha_geodesic;
/* planes.c: distances of location-scale families. */
extern family_many rao_half_distances;

/* Puts a quantity of the room family to the same points (p and q as in `it`); adds its error to the quality and keeps the rougher method. */
rao_status rao_ask_family(rao_ctx *ctx, const family_item *it, rao_quantity quantity, double *out, rao_quality *quality);
/* The same with p and q exchanged. */
rao_status rao_ask_swapped(rao_ctx *ctx, const family_item *it, rao_quantity quantity, double *out, rao_quality *quality);

#endif
