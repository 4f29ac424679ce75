void allow_offer(const char *method);
const char *allow_method_name(unsigned index);
