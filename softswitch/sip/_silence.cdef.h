typedef struct {
    unsigned serial;
    int held;           /* it holds, or only receives */
} silent_leg;

unsigned silence_sweep(unsigned first, unsigned count, unsigned patience, unsigned patience_on_hold,
                       silent_leg *legs);
