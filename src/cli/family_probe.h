/* family_probe.h - how each quantity of a family is reached. */
#ifndef RAO_CLI_FAMILY_PROBE_H
#define RAO_CLI_FAMILY_PROBE_H

#include "ask.h"

enum { PROBE_FIXED = 3 }; /* the fixed quantity of the family that is asked */

/* {"QUANTITY": {"method", "sometimes"?: [other methods], "refused"?: a reason}, ..} for all that `rao eval` answers: without a method all points were refused,
 * with one some. */
rao_status probe_quantities(ask *a, const rao_family_info *f, cJSON *into);

#endif
