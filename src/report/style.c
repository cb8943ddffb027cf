/* style.c - muted colours that keep apart under the three kinds of colour blindness.
 *
 * The palette was searched in OKLCH (chroma <= 0.15, contrast >= 3 on the ground) for the largest least distance in OKLab under normal sight,
 * protanopia, deuteranopia and tritanopia (matrices of Machado, Oliveira, Fernandes 2009) among the first four, six and eight. */
#include "report/style.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct token {
    const char *name, *light, *dark;
} token;

static const token tokens[] = {
    {"bg", "#ffffff", "#15171a"},   {"ink", "#1d2025", "#e9e7e3"},  {"soft", "#5b626b", "#a3a9b2"}, {"grid", "#e7e8ea", "#2a2e33"},
    {"axis", "#8d939b", "#697079"}, {"rule", "#d8dadd", "#363b41"}, {"tint", "#f5f5f3", "#1d2024"}, {"link", "#1b4f9c", "#8fb1f0"},
    {"c1", "#1b4f9c", "#7298e2"},   {"c2", "#d1701e", "#dd7a3f"},   {"c3", "#0e9c8e", "#84eebd"},   {"c4", "#7b1a48", "#f0abe6"},
    {"c5", "#74590f", "#d0a130"},   {"c6", "#1b7ca8", "#27abc8"},   {"c7", "#a078d0", "#b99af7"},   {"c8", "#77706e", "#928c8c"},
};
enum { TOKENS = sizeof tokens / sizeof *tokens };

static const char *const dashes[STYLE_COLOURS] = {"", "9 3", "3 2.5", "10 3 2.5 3", "6 2.5", "12 3 2.5 3 2.5 3", "1.5 2.5", "14 5"};

int style_class(int colour) { return (colour - 1) % STYLE_COLOURS + 1; }

/* A palette used up begins again with the dashes shifted by one, so that no pair comes twice before 64. */
const char *style_dash(int colour) { return dashes[((colour - 1) + (colour - 1) / STYLE_COLOURS) % STYLE_COLOURS]; }

/* ---- heat scales: straight lines in OKLab between three stops ---- */

typedef struct lab {
    double l, a, b;
} lab;

static double encode(double linear) {
    double c = linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1 / 2.4) - 0.055;
    return fmin(fmax(c, 0), 1);
}

/* OKLab to sRGB (Ottosson 2020) */
static void put_lab(sink *s, lab c) {
    static const char hex[] = "0123456789abcdef";
    double l = c.l + 0.3963377774 * c.a + 0.2158037573 * c.b, m = c.l - 0.1055613458 * c.a - 0.0638541728 * c.b;
    double n = c.l - 0.0894841775 * c.a - 1.2914855480 * c.b;
    l = l * l * l, m = m * m * m, n = n * n * n;
    const double rgb[3] = {4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * n, -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * n,
                           -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * n};
    sink_put(s, "#");
    for (int k = 0; k < 3; k++) {
        int value = (int)lround(255 * encode(fmax(rgb[k], 0)));
        sink_bytes(s, (const char[2]){hex[value / 16], hex[value % 16]}, 2);
    }
}

static lab between(const lab *stops, int count, double t) {
    double at = t * (count - 1);
    int i = at >= count - 1 ? count - 2 : (int)at;
    double f = at - i;
    const lab *p = stops + i, *q = p + 1;
    return (lab){p->l + f * (q->l - p->l), p->a + f * (q->a - p->a), p->b + f * (q->b - p->b)};
}

/* Light ground: pale to deep; dark ground: deep to bright. Diverging: through the ground's own grey. */
static const lab sequential[2][4] = {{{0.965, -0.008, 0.025}, {0.83, -0.07, 0.005}, {0.60, -0.06, -0.09}, {0.34, 0.0, -0.125}},
                                     {{0.27, 0.0, -0.05}, {0.42, -0.015, -0.11}, {0.67, -0.075, -0.05}, {0.93, -0.05, 0.09}}};
static const lab diverging[2][5] = {
    {{0.40, -0.02, -0.13}, {0.72, -0.03, -0.08}, {0.955, 0.0, 0.004}, {0.78, 0.07, 0.085}, {0.50, 0.12, 0.085}},
    {{0.80, -0.05, -0.10}, {0.52, -0.03, -0.11}, {0.26, 0.0, 0.0}, {0.55, 0.09, 0.085}, {0.83, 0.07, 0.09}}};

static void put_heat(sink *s, int dark, int k) {
    if (k < STYLE_HEAT) put_lab(s, between(sequential[dark], 4, (k + 0.5) / STYLE_HEAT));
    else put_lab(s, between(diverging[dark], 5, (k - STYLE_HEAT + 0.5) / STYLE_HEAT));
}

/* ---- rules; `$name` stands for a colour ---- */

static const char svg_rules[] =
    ".rao{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica "
    "Neue',Arial,sans-serif;font-size:12px;font-variant-numeric:tabular-nums}\n"
    ".rao text{fill:$soft}.rao .ink{fill:$ink}.rao .h{font-size:16px;font-weight:600;fill:$ink}.rao .end{text-anchor:end}.rao "
    ".mid{text-anchor:middle}\n"
    ".rao .grid{stroke:$grid;fill:none}.rao .fine{stroke:$grid;stroke-opacity:.55;fill:none}.rao .axis{stroke:$axis;fill:none}.rao "
    ".blank{fill:$tint}\n"
    ".rao .line{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round}.rao .band{fill:currentColor;fill-opacity:.15}\n"
    ".rao .dot{fill:none;stroke:currentColor;stroke-linecap:round}.rao .mark{fill:currentColor;stroke:$bg;stroke-width:.75}.rao "
    ".bar{fill:currentColor}\n"
    ".rao .ref{fill:none;stroke:$soft;stroke-width:1.25;stroke-dasharray:2 3}.rao "
    ".lead{stroke:currentColor;stroke-width:.75;stroke-opacity:.6;fill:none}\n"
    ".rao .name{fill:currentColor;font-weight:600;paint-order:stroke;stroke:$bg;stroke-width:3.5px;stroke-linejoin:round}.rao "
    ".refname{paint-order:stroke;stroke:$bg;stroke-width:3.5px}\n"
    ".rao .gap{stroke:$bg;stroke-width:1.5;fill:none}.rao .whisker{stroke:$ink;stroke-opacity:.75;fill:none}\n";

static const char page_rules[] =
    "*{box-sizing:border-box}\n"
    "html{-webkit-text-size-adjust:100%;text-size-adjust:100%}\n"
    "body{margin:0;background:$bg;color:$ink;font:16px/1.6 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica "
    "Neue',Arial,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:break-word}\n"
    "main{max-width:68rem;margin:0 auto;padding:clamp(1.5rem,5vw,4rem) clamp(1rem,4vw,2.5rem) 4rem}\n"
    "header{margin-bottom:2.5rem;padding-bottom:1.5rem;border-bottom:1px solid $rule}\n"
    "h1{font-size:clamp(1.65rem,1.2rem + "
    "1.9vw,2.5rem);line-height:1.15;font-weight:680;letter-spacing:-.018em;margin:0;max-width:24em;text-wrap:balance}\n"
    "header p{font-size:1.125rem;color:$soft;margin:.75rem 0 0;max-width:42rem}\n"
    "h2{font-size:1.375rem;line-height:1.25;font-weight:650;letter-spacing:-.01em;margin:3.25rem 0 .75rem}\n"
    "p{margin:0 0 1rem;max-width:42rem;text-wrap:pretty}\n"
    ".note{font-size:.875rem;line-height:1.5;color:$soft}\n"
    "pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.8125rem;line-height:1.55;background:$tint;border-"
    "radius:6px;padding:.85rem 1.1rem;margin:0 0 1.25rem;white-space:pre-wrap;overflow-wrap:anywhere}\n"
    "figure{margin:2rem 0 2.5rem;max-width:50rem;container-type:inline-size;break-inside:avoid}\n"
    ".pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(26rem,100%),1fr));gap:0 2.5rem;align-items:start}\n"
    ".pair figure{max-width:38rem;width:100%;justify-self:start}\n"
    "h2+figure,h2+.pair figure{margin-top:1.25rem}h2+.scroll{margin-top:1rem}\n"
    "figcaption,caption,.cap{text-align:left;margin-bottom:.75rem}\n"
    "figcaption b,caption b,.cap{display:block;font-size:1.0625rem;line-height:1.3;font-weight:650;letter-spacing:-.005em}\n"
    "figcaption span{display:block;font-size:.875rem;line-height:1.45;color:$soft;margin-top:.2rem}\n"
    "svg.rao{display:block;width:100%;height:auto;overflow:visible}svg.slim{display:none}\n"
    "@container (max-width:30rem){svg.wide{display:none}svg.slim{display:block}}\n"
    ".scroll{overflow-x:auto;margin:1.5rem 0}.scroll+.note{margin:-.85rem 0 2rem}\n"
    "table{border-collapse:collapse;font-size:.9375rem;line-height:1.4}\n"
    "th,td{padding:.5rem 1.75rem .5rem "
    "0;text-align:left;vertical-align:baseline;white-space:nowrap}th:last-child,td:last-child{padding-right:0}\n"
    "thead th{font-weight:500;font-size:.8125rem;color:$soft;vertical-align:bottom;border-bottom:1px solid $axis}thead "
    "small{display:block;font-size:.75rem;font-weight:400;opacity:.85}\n"
    "tbody th{font-weight:500}tbody tr+tr>*{border-top:1px solid $grid}tbody tr:last-child>*{border-bottom:1px solid $rule}\n"
    ".r{text-align:right}.m{text-align:center}td.b,th.b{font-weight:700}.no{color:$soft}\n"
    "td i{font-style:normal;display:inline-block;text-align:left}sup{font-size:.72em;line-height:0}\n"
    "svg.rao.key{display:inline-block;width:26px;height:8px;margin-right:.6em;vertical-align:.12em;overflow:visible}\n"
    "dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(24rem,100%),1fr));gap:0 2.5rem;margin:.5rem 0 "
    "2rem;font-size:.9375rem}\n"
    "dl div{display:grid;grid-template-columns:minmax(0,7.5rem) minmax(0,1fr);gap:1rem;padding:.45rem 0;border-bottom:1px solid "
    "$grid;break-inside:avoid}\n"
    "dt{color:$soft}dt,dd{margin:0;overflow-wrap:anywhere}.cap{margin:1.5rem 0 .35rem}\n"
    "@media (max-width:30rem){body{font-size:15px}th,td{padding-right:1.25rem}}\n"
    "@media "
    "print{main{max-width:none;padding:0}body{font-size:10.5pt}h2{break-after:avoid}.scroll{overflow:visible}tr{break-inside:avoid}pre{"
    "border:1px solid $rule}}\n";

enum { LITERAL_LIGHT, LITERAL_DARK, VARIABLE };

static void put_token(sink *s, const token *t, int form) {
    if (form == VARIABLE) sink_printf(s, "var(--%s)", t->name);
    else sink_put(s, form == LITERAL_DARK ? t->dark : t->light);
}

/* "$soft" must not read as "$s": names are matched whole. */
static const token *find_token(const char *name, int length) {
    for (int i = 0; i < TOKENS; i++)
        if ((int)strlen(tokens[i].name) == length && strncmp(tokens[i].name, name, (size_t)length) == 0) return &tokens[i];
    return NULL;
}

static int name_length(const char *p) {
    int n = 0;
    while ((p[n] >= 'a' && p[n] <= 'z') || (p[n] >= '0' && p[n] <= '9')) n++;
    return n;
}

static void put_rules(sink *s, const char *rules, int form) {
    for (const char *p = rules; *p;) {
        const char *mark = strchr(p, '$');
        if (!mark) {
            sink_put(s, p);
            return;
        }
        sink_bytes(s, p, mark - p);
        int length = name_length(mark + 1);
        const token *t = find_token(mark + 1, length);
        if (t) put_token(s, t, form);
        p = mark + 1 + length;
    }
}

static void put_classes(sink *s, int form, int heat) {
    for (int k = 1; k <= STYLE_COLOURS; k++) {
        const char name[3] = {'c', (char)('0' + k), 0};
        sink_printf(s, ".%s{color:", name);
        put_token(s, find_token(name, 2), form);
        sink_put(s, "}");
    }
    sink_put(s, "\n");
    for (int k = 0; heat && k < 2 * STYLE_HEAT; k++) {
        sink_printf(s, ".q%d{fill:", k);
        if (form == VARIABLE) sink_printf(s, "var(--q%d)", k);
        else put_heat(s, form == LITERAL_DARK, k);
        sink_put(s, "}");
    }
}

void style_svg(sink *s, int heat) {
    sink_put(s, "<style>\n");
    put_rules(s, svg_rules, LITERAL_LIGHT);
    put_rules(s, ".ground{fill:$bg}", LITERAL_LIGHT);
    put_classes(s, LITERAL_LIGHT, heat);
    sink_put(s, "@media (prefers-color-scheme:dark){\n");
    put_rules(s, svg_rules, LITERAL_DARK);
    put_rules(s, ".ground{fill:$bg}", LITERAL_DARK);
    put_classes(s, LITERAL_DARK, heat);
    sink_put(s, "}\n</style>\n");
}

static void put_properties(sink *s, int dark, int heat) {
    sink_put(s, ":root{");
    for (int i = 0; i < TOKENS; i++) sink_printf(s, "--%s:%s;", tokens[i].name, dark ? tokens[i].dark : tokens[i].light);
    for (int k = 0; heat && k < 2 * STYLE_HEAT; k++) {
        sink_printf(s, "--q%d:", k);
        put_heat(s, dark, k);
        sink_put(s, ";");
    }
    sink_put(s, "}");
}

void style_page(sink *s, int heat) {
    sink_put(s, "<style>\n:root{color-scheme:light dark}\n");
    put_properties(s, 0, heat);
    sink_put(s, "\n@media screen and (prefers-color-scheme:dark){");
    put_properties(s, 1, heat);
    sink_put(s, "}\n");
    put_rules(s, page_rules, VARIABLE);
    put_rules(s, svg_rules, VARIABLE);
    put_classes(s, VARIABLE, heat);
    sink_put(s, "\n</style>\n");
}
