/* Names at the ends of lines keep apart. */
#include "rao_test.h"

#include "report/label.h"

static void labels_keep_apart(void **state) {
    (void)state;
    LAW("no two shown labels overlap, all stand inside, and one that was clear stays where it was");
    rao_stream s = rao_stream_make(rao_test_seed(), 1);
    for (uint64_t round = 0; round < 3000; round++) {
        end_label labels[40];
        int64_t count = (int64_t)(41 * rao_uniform_at(s, round, 0));
        double top = 20, bottom = 60 + 400 * rao_uniform_at(s, round, 1), spread = rao_uniform_at(s, round, 2);
        for (int64_t i = 0; i < count; i++) {
            double end = 20 + spread * (bottom - 20) * rao_uniform_at(s, round, (uint64_t)(10 + 3 * i));
            labels[i] = (end_label){100 + 200 * (round % 2 ? 0 : rao_uniform_at(s, round, (uint64_t)(11 + 3 * i))),
                                    end,
                                    end,
                                    20 + 80 * rao_uniform_at(s, round, (uint64_t)(12 + 3 * i)),
                                    i,
                                    0};
        }
        label_place(labels, count, NULL, 0, top, bottom);
        for (int64_t i = 0; i < count; i++) {
            if (!labels[i].shown) continue;
            int alone = 1;
            EXPECT_TRUE(labels[i].y >= top - 1e-9 && labels[i].y <= bottom + 1e-9);
            for (int64_t j = 0; j < count; j++) {
                if (j == i || !labels[j].shown || labels[j].x > labels[i].x + labels[i].width ||
                    labels[i].x > labels[j].x + labels[j].width)
                    continue;
                EXPECT_TRUE(fabs(labels[i].y - labels[j].y) >= LABEL_HEIGHT - 0.02);
            }
            for (int64_t j = 0; j < count; j++) alone &= j == i || fabs(labels[j].end_y - labels[i].end_y) > 40 * LABEL_HEIGHT;
            if (alone) EXPECT_TRUE(labels[i].y == labels[i].end_y);
        }
    }
}

static void equal_ends_are_centred(void **state) {
    (void)state;
    ORACLE("three labels at one height", "by hand: one above, one there, one below, in the order of their curves");
    end_label labels[3];
    for (int i = 0; i < 3; i++) labels[i] = (end_label){10, 100, 100, 50, i, 0};
    label_place(labels, 3, NULL, 0, 0, 200);
    for (int i = 0; i < 3; i++) {
        EXPECT_CLOSE(labels[i].y, 100 + (i - 1) * LABEL_HEIGHT, 1e-12);
        EXPECT_EQ(labels[i].curve, i);
    }
}

static void fullness(void **state) {
    (void)state;
    LAW("where not all fit, the highest curves go");
    end_label labels[10];
    for (int i = 0; i < 10; i++) labels[i] = (end_label){10, 20, 20, 50, 9 - i, 0};
    label_place(labels, 10, NULL, 0, 0, 3 * LABEL_HEIGHT);
    for (int i = 0; i < 10; i++) EXPECT_EQ(labels[i].shown, labels[i].curve < 4);
}

static void lines_are_avoided(void **state) {
    (void)state;
    LAW("a label steps off a line that passes through it, and only then");
    const thin_point through[] = {{0, 100}, {200, 100}}, elsewhere[] = {{0, 10}, {200, 10}};
    for (int k = 0; k < 2; k++) {
        end_label label = {50, 100, 100, 40, 1, 0};
        const label_obstacle curves[2] = {{k ? elsewhere : through, 2}, {through, 2}}; /* curve 1 is its own */
        label_place(&label, 1, curves, 2, 0, 200);
        EXPECT_TRUE(label.shown);
        EXPECT_EQ(fabs(label.y - 100) > 6, k == 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(labels_keep_apart), cmocka_unit_test(equal_ends_are_centred),
                                       cmocka_unit_test(fullness), cmocka_unit_test(lines_are_avoided)};
    return rao_test_run("report label", tests, COUNT(tests));
}
