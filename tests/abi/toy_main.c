/* The program of each host that runs one scene after the other, beside the web server whose port is
 * its argument. */
#include "check.h"
#include "toy_switch.h"

int main(int count, char** arguments)
{
    if (count != 2) {
        printf("usage: %s PORT\n", arguments[0]);
        return 2;
    }
    toy_port = arguments[1];
    run_scenes();
    return failures == 0 ? 0 : 1;
}
