/* style.h - the palette and every rule of style, once for the page and the standalone drawing. */
#ifndef RAO_REPORT_STYLE_H
#define RAO_REPORT_STYLE_H

#include "report/sink.h"

enum { STYLE_COLOURS = 8, STYLE_HEAT = 16 }; /* series; steps of a heat scale (diverging: half of them a side) */

/* The dash pattern of a series, "" for a full line: a second way beside the colour to tell lines apart. */
const char *style_dash(int colour);
/* The class number 1..STYLE_COLOURS of a colour 1.. */
int style_class(int colour);

/* <style> of a standalone SVG: literal colours, dark ones under prefers-color-scheme. */
void style_svg(sink *s, int heat);
/* <style> of the page: colours as custom properties, rules of the drawings and of the text. */
void style_page(sink *s, int heat);

#endif
