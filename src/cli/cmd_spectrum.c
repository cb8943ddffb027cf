/* cmd_spectrum.c - what the Fisher matrix of a model looks like at a point: eigenvalues, trace, rank, effective dimension, and what Adam makes of it. */
#include "spectrum.h"

#include <math.h>
#include <stddef.h>

enum { MOST_ROWS = 8192, EIGEN_LIMIT = 32766 /* LAPACK's */ };

static const rao_option rows[] = {
    {.name = "data",
     .type = RAO_OPT_STRING,
     .offset = offsetof(spectrum_options, problem.data),
     .text = "digits",
     .help = "digits | idx:IMAGES,LABELS[,..] | npy:X,Y[,..] | csv:FILE[:target=COL]"},
    {.name = "model",
     .type = RAO_OPT_STRING,
     .offset = offsetof(spectrum_options, problem.model),
     .help = "mlp:IN-HIDDEN-..-OUT:ACTIVATION[:HEAD]; left out: mlp:64-32-10:tanh, with IN and OUT of the data"},
    {.name = "load",
     .type = RAO_OPT_STRING,
     .offset = offsetof(spectrum_options, load),
     .help = "weights from this file; left out: initial ones, by --init and --seed"},
    {.name = "init",
     .type = RAO_OPT_CHOICE,
     .offset = offsetof(spectrum_options, init),
     .choices = "auto|glorot|he|sparse15",
     .help = "initial weights"},
    {.name = "dtype",
     .type = RAO_OPT_CHOICE,
     .offset = offsetof(spectrum_options, problem.dtype),
     .value = 1,
     .choices = "f32|f64",
     .help = "number type of the network and of the matrix"},
    {.name = "representation",
     .type = RAO_OPT_CHOICE,
     .offset = offsetof(spectrum_options, representation),
     .choices = "auto|dense|diagonal|kfac|ekfac|gram|implicit",
     .help = "auto: dense, gram or implicit, by size"},
    {.name = "flavour",
     .type = RAO_OPT_CHOICE,
     .offset = offsetof(spectrum_options, flavour),
     .choices = "true|sampled|empirical",
     .help = "expectation over the head, draws from the model, or the data's targets"},
    {.name = "samples",
     .type = RAO_OPT_INT,
     .offset = offsetof(spectrum_options, samples),
     .value = 1,
     .min = 1,
     .max = 1e6,
     .help = "draws a case",
     .with = "flavour=sampled"},
    {.name = "cases",
     .type = RAO_OPT_INT,
     .offset = offsetof(spectrum_options, cases),
     .min = 0,
     .max = 0x1p53,
     .help = "of the training part, by seed; 0: all"},
    {.name = "batch",
     .type = RAO_OPT_INT,
     .offset = offsetof(spectrum_options, batch),
     .value = 256,
     .min = 1,
     .max = 0x1p53,
     .help = "of Adam's second moments; more than there are cases means all"},
    {.name = "steps",
     .type = RAO_OPT_INT,
     .offset = offsetof(spectrum_options, steps),
     .value = 64,
     .min = 1,
     .max = 20000,
     .help = "Lanczos steps of a probe",
     .with = "representation=auto|implicit"},
    {.name = "probes",
     .type = RAO_OPT_INT,
     .offset = offsetof(spectrum_options, probes),
     .value = 8,
     .min = 2,
     .max = 1000,
     .help = "random starts, for the effective dimension",
     .with = "representation=auto|implicit"},
    {.name = "rows",
     .type = RAO_OPT_INT,
     .offset = offsetof(spectrum_options, most_rows),
     .value = MOST_ROWS,
     .min = 1,
     .max = EIGEN_LIMIT,
     .help = "of the largest matrix to be decomposed"},
    {.name = "report",
     .type = RAO_OPT_STRING,
     .offset = offsetof(spectrum_options, report),
     .help = "write one HTML file with tables and curves"},
};
static const rao_option_table table = {"spectrum", sizeof(spectrum_options), rows, sizeof rows / sizeof *rows};
static const cli_group groups[] = {{rao_dataset_options, offsetof(spectrum_options, problem.dataset)}};
CLI_OPTIONS_FIT(spectrum_options);

static void defaults(void *options) { rao_dataset_opts_init(&((spectrum_options *)options)->problem.dataset); }

static rao_status details(rao_ctx *ctx, rao_text *out) {
    return rao_text_puts(
        ctx, out,
        "The matrix is the mean over the cases of the Fisher matrix of one case, in nats, without damping. All eigenvalues are printed "
        "(dense, gram,\n"
        "kfac, ekfac, diagonal), or for implicit the Ritz values of Lanczos processes with the distance within which an eigenvalue lies.\n"
        "Beside it stand three diagonals: of the true matrix, of the empirical one, and Adam's second moments: the mean over the full "
        "batches of one\n"
        "epoch, at fixed weights, of the squared gradient of the batch's mean loss. Times the batch it is in expectation the empirical "
        "diagonal\n"
        "and (batch - 1) times the squared mean gradient; at --batch 1 it is that diagonal.\n");
}

/* ---- before ---- */

static const char *const representations[] = {"auto", "dense", "diagonal", "kfac", "ekfac", "gram", "implicit"};
enum { AUTO = 0, DENSE = 1, DIAGONAL = 2, GRAM = 5, IMPLICIT = 6, EASY = 4096 };

static int64_t columns_of(const spectrum_view *v) {
    if (v->options->flavour == RAO_FISHER_TRUE) return rao_head_rank(rao_model_head(v->problem.model));
    return v->options->flavour == RAO_FISHER_SAMPLED ? v->options->samples : 1;
}

/* All eigenvalues where one of the two square matrices is small, else Lanczos. */
static int choose(const spectrum_view *v) {
    if (v->options->representation != AUTO) return v->options->representation;
    if (v->parameters <= EASY && v->parameters <= 4 * v->n * v->columns) return DENSE;
    if (v->n * v->columns <= EASY) return GRAM;
    return v->parameters <= EASY ? DENSE : IMPLICIT;
}

/* The side of the largest matrix that is decomposed; kfac and ekfac decompose their factors. */
static int64_t largest_side(const spectrum_view *v, int choice) {
    const rao_graph *graph = rao_model_graph(v->problem.model);
    int64_t side = 0;
    if (choice == DENSE) return v->parameters;
    if (choice == GRAM) return v->n * v->columns;
    for (int64_t l = 0; l < rao_graph_parameters(graph) && choice != DIAGONAL && choice != IMPLICIT; l++) {
        rao_parameter p = rao_graph_parameter(graph, l);
        if (p.rows > side) side = p.rows;
        if (p.cols > side) side = p.cols;
    }
    return side;
}

/* A decomposition can be neither watched nor interrupted: it is asked for by its size, before minutes or hours of work and not behind them.
 * EUNABLE, a failure and no wrong usage, as a matrix larger than the memory is. */
static rao_status check_size(const spectrum_view *v, int choice) {
    int64_t side = largest_side(v, choice), most = v->options->most_rows;
    rao_text to_do = {0};
    rao_status st = RAO_OK;
    if (side <= most) return RAO_OK;
    if (side <= EIGEN_LIMIT) RAO_TRY(rao_text_printf(v->ctx, &to_do, "ask for them by --rows %lld, or ", (long long)side));
    RAO_TRY(rao_text_printf(v->ctx, &to_do, "take %simplicit%s", choice == DENSE || choice == GRAM ? "kfac, ekfac or " : "",
                            choice == GRAM ? ", or fewer --cases" : ""));
    st = rao_fail(v->ctx, RAO_EUNABLE,
                  "the eigenvalues of a matrix of %lld rows (%s, %.3g GB and some %.2g operations) are %s, want at most %lld: %s",
                  (long long)side, representations[choice],
                  1e-9 * (double)rao_dtype_size(rao_model_dtype(v->problem.model)) * (double)side * (double)side,
                  4.0 / 3 * pow((double)side, 3), side <= EIGEN_LIMIT ? "many" : "out of reach",
                  (long long)(side <= EIGEN_LIMIT ? most : EIGEN_LIMIT), to_do.data);
done:
    rao_text_destroy(&to_do);
    return st;
}

static rao_status choose_cases(spectrum_view *v) {
    rao_status st = RAO_OK;
    int64_t all = rao_dataset_cases(v->problem.data, RAO_TRAIN);
    v->n = v->options->cases ? v->options->cases : all;
    if (v->n > all) RAO_TRY(rao_fail(v->ctx, RAO_EINVAL, "--cases %lld, the training part has %lld", (long long)v->n, (long long)all));
    RAO_TRY(rao_alloc(v->ctx, all, &v->rows));
    rao_permutation(rao_stream_make((uint64_t)v->call->common.seed, RAO_STREAM_SHUFFLE), 0, all, v->rows);
done:
    return st;
}

static rao_status make_weights(spectrum_view *v) {
    rao_status st;
    const rao_model *model = v->problem.model;
    v->w = rao_vec_view(rao_model_dtype(model), rao_model_size(model), NULL);
    RAO_TRY(rao_alloc_bytes(v->ctx, v->w.n, rao_dtype_size(v->w.dtype), &v->w.data));
    RAO_TRY(v->options->load ? rao_model_load(v->ctx, model, v->options->load, &v->w)
                             : rao_model_init(v->ctx, model, (rao_init)v->options->init, (uint64_t)v->call->common.seed, &v->w));
done:
    return st;
}

static rao_status list_settings(spectrum_view *v) {
    static const char *const inits[] = {"initial, auto", "initial, glorot", "initial, he", "initial, sparse15"};
    settings *s = &v->settings;
    settings_text(s, "data", rao_dataset_describe(v->problem.data));
    settings_text(s, "model", rao_model_spec(v->problem.model));
    settings_text(s, "weights", v->options->load ? v->options->load : inits[v->options->init]);
    settings_int(s, "parameters", v->parameters);
    settings_int(s, "cases", v->n);
    settings_text(s, "dtype", rao_dtype_name(v->w.dtype));
    settings_text(s, "representation", rao_fisher_name(v->fisher));
    settings_text(s, "flavour", rao_flavour_name((rao_flavour)v->options->flavour));
    if (v->options->flavour == RAO_FISHER_SAMPLED) settings_int(s, "samples", v->options->samples);
    settings_int(s, "batch", v->batch);
    settings_int(s, "seed", v->call->common.seed);
    return s->status;
}

static rao_status open_view(spectrum_view *v, spectrum_options *o) {
    rao_status st;
    rao_fisher_opts f;
    RAO_TRY(cli_exclusive(v->call, "load", "init"));
    RAO_TRY(problem_open(v->call, &o->problem, &v->problem));
    v->parameters = rao_model_size(v->problem.model);
    RAO_TRY(choose_cases(v));
    v->columns = columns_of(v);
    v->batch = o->batch < v->n ? o->batch : v->n;
    int choice = choose(v);
    RAO_TRY(check_size(v, choice));
    rao_fisher_opts_init(&f);
    f.precondition = RAO_PRECONDITION_NONE; /* Lanczos solves nothing */
    f.flavour = o->flavour, f.samples = o->samples, f.seed = v->call->common.seed;
    RAO_TRY(rao_fisher_create(v->ctx, v->problem.model, representations[choice], &f, v->n, &v->fisher));
    v->exact = choice != IMPLICIT;
    RAO_TRY(make_weights(v));
    RAO_TRY(
        rao_objective_create(v->ctx, v->problem.model, v->n, RAO_TAPE_FACTORS | (choice == IMPLICIT ? RAO_TAPE_JVP : 0), &v->objective));
    RAO_TRY(list_settings(v));
    if (o->report) RAO_TRY(rao_out_open(v->ctx, o->report, &v->out)); /* now, not after the work */
done:
    return st;
}

static void close_view(spectrum_view *v) {
    rao_out_abort(&v->out);
    rao_free(&v->layer), rao_free(&v->truth), rao_free(&v->empirical), rao_free(&v->adam), rao_free(&v->value), rao_free(&v->bound);
    rao_fisher_destroy(&v->fisher);
    rao_objective_destroy(&v->objective);
    rao_free(&v->rows);
    rao_free_block(&v->w.data);
    settings_destroy(&v->settings);
    problem_close(&v->problem);
}

/* ---- the work ---- */

static rao_status print_table(spectrum_view *v, const rao_table *t, void *arg) {
    rao_text *text = arg;
    rao_status st = cli_print_table(v->ctx, t);
    if (st == RAO_OK) st = rao_text_puts(v->ctx, text, "\n");
    cli_print(text);
    return st;
}

static rao_status print_terminal(spectrum_view *v) {
    rao_status st;
    rao_text text = {0};
    for (int i = 0; i < v->settings.count; i++)
        RAO_TRY(rao_text_printf(v->ctx, &text, "%-14s %s\n", v->settings.row[i].key, v->settings.row[i].value.data));
    RAO_TRY(rao_text_puts(v->ctx, &text, "\n"));
    RAO_TRY(spectrum_sentences(v, &text));
    RAO_TRY(rao_text_puts(v->ctx, &text, "\n"));
    cli_print(&text);
    RAO_TRY(spectrum_tables(v, print_table, &text));
    if (v->options->report) RAO_TRY(rao_text_printf(v->ctx, &text, "report: %s\n", v->options->report));
    cli_print(&text);
done:
    rao_text_destroy(&text);
    return st;
}

static rao_status spectrum(cli_call *call) {
    rao_status st;
    spectrum_view v = {.call = call, .ctx = call->ctx, .options = call->options, .settings.ctx = call->ctx};
    RAO_TRY(open_view(&v, call->options));
    RAO_TRY(spectrum_values(&v));
    RAO_TRY(spectrum_diagonals(&v));
    if (v.options->report) RAO_TRY(spectrum_report(&v));
    RAO_TRY(call->common.json ? spectrum_json(&v) : print_terminal(&v));
done:
    close_view(&v);
    return st;
}

const cli_command cmd_spectrum = {
    .name = "spectrum",
    .summary = "the Fisher matrix of a model: eigenvalues, rank, effective dimension, Adam's diagonal beside it",
    .details = details,
    .example = "rao spectrum --model mlp:64-16-10:tanh --load weights.safetensors --flavour empirical",
    .options = &table,
    .groups = groups,
    .group_count = sizeof groups / sizeof *groups,
    .defaults = defaults,
    .run = spectrum,
};
