/* commands.c - the table of commands, in the order of the overview. A new command is a file cmd_<name>.c, its line in cli.h and its line here. */
#include "cli.h"

const cli_listed cli_commands[] = {
    {&cmd_race, "networks"}, {&cmd_train, ""},      {&cmd_spectrum, ""}, {&cmd_family, "distributions"},
    {&cmd_kl, ""},           {&cmd_divergence, ""}, {&cmd_distance, ""}, {&cmd_geodesic, ""},
    {&cmd_fisher, ""},       {&cmd_cramer_rao, ""}, {&cmd_jeffreys, ""}, {&cmd_curvature, ""},
    {&cmd_entropy, ""},      {&cmd_chentsov, ""},   {&cmd_eval, ""},     {&cmd_info, "this machine"},
    {&cmd_bench, ""},
};
const int cli_command_count = sizeof cli_commands / sizeof *cli_commands;
