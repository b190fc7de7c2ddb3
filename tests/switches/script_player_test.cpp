#include "switches/scripted/script_player.hpp"

#include "reactor/clock.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pivot::switches::scripted {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

// A call in which the test itself says what the pivot does.
class Player : public testing::Test, private Transcript {
protected:
    void play(std::string_view script)
    {
        auto steps = read_script(script);
        ASSERT_TRUE(steps) << steps.error();
        player.emplace(std::move(*steps), channel);
        player->play();
    }

    void does(std::string kind, std::string subject, bool is_failure = false)
    {
        Deed deed;
        deed.actor = "PIVOT";
        deed.kind = std::move(kind);
        deed.subject = subject;
        deed.text = std::move(subject);
        deed.is_failure = is_failure;
        note(std::move(deed));
    }

    void end()
    {
        channel.hang_up_caller();
        does("end", "over");
    }

    reactor::Clock clock{reactor::Clock::Kind::manual};
    ScriptedChannel channel{clock, [](const Event&) {}, this};
    std::optional<ScriptPlayer> player;

private:
    void note(Deed deed) override { player->took(deed); }
};

TEST_F(Player, goes_forward_as_steps_come_true)
{
    play("expect say one\nexpect say three\n");
    does("say", "one");
    does("say", "two");
    does("say", "three");
    end();
    EXPECT_THAT(player->failures(), IsEmpty());
}

TEST_F(Player, never_looks_back)
{
    play("expect say two\nexpect say one\n");
    does("say", "one");
    does("say", "two");
    end();
    EXPECT_THAT(player->failures(),
                ElementsAre("2: `expect say one` did not come true; what happened since line 1 "
                            "(`expect say two`):\n  00:00.0  PIVOT    over"));
}

TEST_F(Player, finds_several_addresses_in_one_dial_and_each_once)
{
    play("expect dial +2\nexpect dial +1\nexpect dial +1\nexpect dial\n");
    Deed dial;
    dial.kind = "dial";
    dial.addresses = {"+1", "+2"};
    player->took(dial);
    does("say", "one");
    EXPECT_EQ(player->failures().front().substr(0, 19), "3: `expect dial +1`");
    player->took(dial);
    EXPECT_EQ(player->failures().front().substr(0, 16), "4: `expect dial`");
    player->took(dial);
    EXPECT_THAT(player->failures(), IsEmpty());
}

TEST_F(Player, says_what_happened_since_the_call_began)
{
    play("leg busy\nexpect say one\n");
    EXPECT_THAT(
        player->failures(),
        ElementsAre("2: `expect say one` did not come true; nothing happened since the call "
                    "began"));
}

TEST_F(Player, shows_the_first_and_the_last_of_much)
{
    play("expect dial\n");
    for (int i = 0; i < 100; ++i) does("say", std::to_string(i));
    ASSERT_EQ(player->failures().size(), 1U);
    const std::string failure = player->failures().front();
    EXPECT_THAT(failure, HasSubstr("PIVOT    9\n  … 80 more …\n  00:00.0  PIVOT    90\n"));
    EXPECT_THAT(failure, EndsWith("PIVOT    99"));
}

TEST_F(Player, does_not_expect_after_a_key_what_was_before_it)
{
    play("expect say one\npress 1\nexpect say two\n");
    does("say", "one");
    does("say", "two");
    clock.advance();
    end();
    ASSERT_EQ(player->failures().size(), 1U);
    EXPECT_THAT(player->failures().front(), HasSubstr("3: `expect say two` did not come true"));
}

TEST_F(Player, takes_what_is_left_to_do_for_a_failure)
{
    play("wait 10s\npress 1\n");
    end();
    EXPECT_THAT(player->failures(),
                ElementsAre("2: `press 1` was not done: the call was over; what happened since the "
                            "call began:\n  00:00.0  PIVOT    over"));
}

TEST_F(Player, does_not_mind_time_or_plans_that_are_left)
{
    play("wait 10s\nleg busy\nqueue full\nconference never\nrecord 1s\nexpect end\nwait 1s\n");
    end();
    EXPECT_THAT(player->failures(), IsEmpty());
}

TEST_F(Player, looks_for_callbacks_and_warnings_in_the_whole_call)
{
    play("expect no warnings\nexpect say one\nexpect callback /status\n");
    does("callback", "http://a.example/status");
    does("say", "one");
    EXPECT_THAT(player->failures(), IsEmpty());
    does("warning", "Say: odd");
    EXPECT_THAT(player->failures(), ElementsAre("1: `expect no warnings` did not come true; there "
                                                "was:\n  00:00.0  PIVOT    Say: odd"));
}

TEST_F(Player, misses_a_callback_that_never_came)
{
    play("expect callback /status\n");
    end();
    EXPECT_THAT(player->failures(),
                ElementsAre("1: `expect callback /status` did not come true in the whole call; "
                            "there was no callback"));
}

TEST_F(Player, names_the_callbacks_that_came_in_place_of_another)
{
    play("expect callback /status\nexpect callback /told with A=1\n");
    Deed told;
    told.kind = "callback";
    told.actor = "CALLBACK";
    told.subject = "http://a.example/told";
    told.text = "POST";
    told.parameters = {{"A", "\x1b"}};
    player->took(told);
    EXPECT_THAT(player->failures(),
                ElementsAre("1: `expect callback /status` did not come true in the whole call; "
                            "the callbacks were:\n  00:00.0  CALLBACK POST",
                            "2: `expect callback /told with A=1` did not come true in the whole "
                            "call; there was:\n  00:00.0  CALLBACK POST\n      but A is "
                            "\"\\u001b\""));
}

TEST_F(Player, shows_what_a_request_had_in_place_of_what_is_expected)
{
    play("expect request /a with A=1\n");
    Deed asked;
    asked.kind = "request";
    asked.subject = "http://a.example/a";
    asked.parameters = {{"A", "2"}};
    for (int i = 0; i < 15; ++i) does("say", "early");
    player->took(asked);
    for (int i = 0; i < 15; ++i) does("say", "late");
    ASSERT_EQ(player->failures().size(), 1U);
    EXPECT_THAT(
        player->failures().front(),
        HasSubstr("  … 5 more …\n  00:00.0           \n      but A is \"2\"\n  … 5 more …"));
}

TEST_F(Player, wants_none_of_what_must_not_happen_in_the_whole_call)
{
    play("expect say one\nexpect no dial +2\nexpect no say three\n");
    Deed dial;
    dial.kind = "dial";
    dial.addresses = {"+1", "+2"};
    player->took(dial);
    does("say", "one");
    end();
    ASSERT_EQ(player->failures().size(), 1U);
    EXPECT_THAT(player->failures().front(), HasSubstr("2: `expect no dial +2` did not come true"));
}

TEST_F(Player, says_which_legs_and_modules_fit_nobody)
{
    play(
        "leg +1 busy\nleg 10 busy\nleg 2 busy\nleg 3 busy\nmodule voicemail takes _\n"
        "module voicmail takes _\n");
    Deed dial;
    dial.kind = "dial";
    dial.addresses = {"+1", "kim"};
    player->took(dial);
    does("module", "voicemail");
    end();
    EXPECT_THAT(
        player->failures(),
        ElementsAre("2: `leg 10 busy` fits nobody: those dialled were +1, kim",
                    "4: `leg 3 busy` fits nobody: those dialled were +1, kim",
                    "6: `module voicmail takes _` fits nothing: no such module was handed to the "
                    "host"));
}

TEST_F(Player, names_each_address_that_was_dialled_once_and_not_all_of_many)
{
    play("leg +100 busy\n");
    Deed dial;
    dial.kind = "dial";
    dial.addresses = {"+1", "kim"};
    player->took(dial);
    player->took(dial);
    ASSERT_EQ(player->failures().size(), 1U);
    EXPECT_THAT(player->failures().front(), EndsWith("those dialled were +1, kim"));
    for (int i = 0; i < 30; ++i) dial.addresses.push_back(fmt::format("kim-{}", i));
    player->took(dial);
    EXPECT_THAT(player->failures().front(), EndsWith(", kim-17 and 12 more"));
}

TEST_F(Player, says_which_branch_of_a_module_fits_no_child)
{
    play(
        "module menu takes sales\nmodule menu takes slaes\nmodule voicemail takes 1\n"
        "module menu takes\t2\n");
    does("module", "menu");
    does("module", "Menu");
    player->missed_branch("slaes", {"_", "sales"});
    does("module", "voicemail");
    player->missed_branch("1", {});
    does("module", "conference");
    player->missed_branch("2", {});
    end();
    EXPECT_THAT(player->failures(),
                ElementsAre("2: `module menu takes slaes` fits no child: those of the module are "
                            "_, sales; did you mean `sales`?",
                            "3: `module voicemail takes 1` fits no child: the module has no "
                            "children"));
}

TEST_F(Player, plans_a_module_when_one_of_its_name_is_run)
{
    play("expect module menu\nmodule menu takes 1\nexpect module menu\n");
    EXPECT_FALSE(channel.run_module(1, "menu", "{}"));
    EXPECT_TRUE(channel.run_module(2, "menu", "{}"));
    end();
    EXPECT_THAT(player->failures(), IsEmpty());
}

TEST_F(Player, takes_a_leg_for_unfit_if_its_dial_was_before_it)
{
    play("expect dial\nleg +1 busy\n");
    Deed dial;
    dial.kind = "dial";
    dial.addresses = {"+1"};
    player->took(dial);
    end();
    EXPECT_THAT(player->failures(),
                ElementsAre("2: `leg +1 busy` fits nobody: nobody was dialled"));
}

TEST_F(Player, excuses_only_the_failure_that_a_step_has_met)
{
    play("expect branch _\nexpect say one\n");
    does("branch", "_", true);
    does("say", "one");
    EXPECT_THAT(player->unexpected(), IsEmpty());
    does("branch", "_", true);
    EXPECT_EQ(player->unexpected().size(), 1U);
}

TEST_F(Player, does_not_excuse_a_failure_that_it_only_passes)
{
    play("expect branch 1\n");
    does("branch", "_", true);
    does("branch", "1");
    EXPECT_THAT(player->failures(), IsEmpty());
    EXPECT_EQ(player->unexpected().size(), 1U);
}

}  // namespace
}  // namespace pivot::switches::scripted
