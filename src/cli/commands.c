/* commands.c - the table of commands. A new command is a file cmd_<name>.c, its line in cli.h and its line here. */
#include "cli.h"

const cli_command *const cli_commands[] = {
    &cmd_race,     &cmd_train,  &cmd_spectrum, &cmd_eval,   &cmd_kl,       &cmd_divergence, &cmd_distance,
    &cmd_geodesic, &cmd_fisher, &cmd_entropy,  &cmd_family, &cmd_chentsov, &cmd_info,       &cmd_bench,
};
const int cli_command_count = sizeof cli_commands / sizeof *cli_commands;
