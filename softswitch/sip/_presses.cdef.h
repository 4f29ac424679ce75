typedef struct {
    unsigned serial;
    char digit;
} leg_press;

int legs_press(leg_press *press);
int legs_told(int call, char digit);
