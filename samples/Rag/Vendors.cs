using LlmStack;
using LlmStack.Testing;
using Microsoft.Extensions.AI;

namespace Rag;

/// <summary>Two vendors that follow a script, so that the sample needs no key: one is overloaded once, the other answers in its place.</summary>
internal static class Vendors
{
    public static ScriptedProvider Busy()
    {
        var vendor = new ScriptedProvider();
        vendor.OnCall(1).Delay(Milliseconds(18)).Embed([0.8f, 0.2f, 0.6f]).Usage(9, 0);
        vendor.OnCall(2).Delay(Milliseconds(25)).Rerank(0.93, 0.71, 0.12);
        vendor.OnCall(3).Delay(Milliseconds(40)).CallTool("opening_hours", new Dictionary<string, object?> { ["day"] = "Sunday" }, "call-1").Usage(212, 18);
        vendor.OnCall(4).Delay(Milliseconds(15)).Throw(LlmErrorKind.Overloaded, "The model is overloaded.", statusCode: 503);
        vendor.OnOtherCalls.Delay(Milliseconds(15)).Throw(LlmErrorKind.Overloaded, "The model is overloaded.", statusCode: 503);
        return vendor;
    }

    public static ScriptedProvider Steady()
    {
        var vendor = new ScriptedProvider();
        vendor.OnCall(1).Delay(Milliseconds(60)).Answer("Notes: open 10 to 18 on Sundays; llamas are fed at 11 and 15.").Usage(260, 22, cachedInput: 192);
        vendor.OnCall(2).Delay(Milliseconds(35)).DelayBetweenPieces(Milliseconds(12))
            .Stream("On Sunday ", "the zoo opens ", "at ten. ", "The llamas ", "are fed at eleven ", "and at three.").Usage(310, 24, cachedInput: 256);
        vendor.OnOtherCalls.Delay(Milliseconds(30)).Answer("{\"grounded\": 0.95, \"reason\": \"Both statements are in the notes.\"}").Usage(190, 16);
        return vendor;
    }

    public static ModelPrice Price(decimal input, decimal output) => new() { InputPerMillion = input, OutputPerMillion = output, CacheReadPerMillion = input / 10 };

    private static TimeSpan Milliseconds(double value) => TimeSpan.FromMilliseconds(value);
}
