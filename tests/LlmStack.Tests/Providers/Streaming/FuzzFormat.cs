using System.Text;
using LlmStack.Tests.Providers.Bedrock;

namespace LlmStack.Tests.Providers.Streaming;

/// <summary>How a wire format says an answer in a stream and whole, and what it must not mind.</summary>
/// <param name="Name">The format's name.</param>
/// <param name="Wire">The adapter.</param>
/// <param name="Stream">The events of an answer; the flag asks for escapes instead of characters beyond ASCII.</param>
/// <param name="Whole">The answer without streaming.</param>
/// <param name="Unknown">Events that the format does not have (yet).</param>
internal sealed record FuzzFormat(string Name, FormatWire Wire, Func<FuzzAnswer, bool, FuzzEvent[]> Stream, Func<FuzzAnswer, bool, string> Whole, FuzzEvent[] Unknown)
{
    /// <summary>How many events from the end the one stands with which an ordinary end of the connection completes the answer; 0 is the last.</summary>
    public int Ends { get; init; }

    /// <summary>Whether the last event ends the stream, so that nothing behind it is read and a broken connection does not matter.</summary>
    public bool IsTerminated { get; init; } = true;

    public FuzzFraming Framing { get; init; }

    public override string ToString() => Name;

    /// <summary>What may stand between events and says nothing.</summary>
    public byte[][] Noise => Framing switch
    {
        FuzzFraming.ServerSentEvents => [.. new[] { ": keep-alive\n\n", ":\n", "\n\n", "event: ping\n\n", "id: 7\n\n", "retry: 10\n", "foo: bar\n\n", "data\n\n", "data: \n\n" }.Select(Encoding.UTF8.GetBytes)],
        FuzzFraming.Lines => [.. new[] { "\n", "\n\n", " \n", "\0\n" }.Select(Encoding.UTF8.GetBytes)],
        _ => [BedrockWire.Event("ping", ""), BedrockWire.Event("ping", "{}"), BedrockWire.Frame("", (":event-type", "contentBlockDelta"), (":message-type", "event"))],
    };

    /// <summary>An event as bytes.</summary>
    public byte[] Frame(FuzzEvent one) => Framing switch
    {
        FuzzFraming.ServerSentEvents => Encoding.UTF8.GetBytes($"{(one.Name is null ? "" : $"event: {one.Name}\n")}data: {one.Data}\n\n"),
        FuzzFraming.Lines => Encoding.UTF8.GetBytes(one.Data + "\n"),
        _ => BedrockWire.Event(one.Name!, one.Data),
    };

    public byte[] Bytes(IEnumerable<FuzzEvent> events) => [.. events.SelectMany(Frame)];
}

/// <summary>One event.</summary>
/// <param name="Data">Its JSON.</param>
/// <param name="Name">Its name in the framing; null: it has none.</param>
internal sealed record FuzzEvent(string Data, string? Name = null)
{
    /// <summary>What a later version of the format may add, full of names that mean something in other places.</summary>
    private static readonly string[] Fields =
    [
        "\"zz_a\":null",
        "\"zz_b\":[1,{\"a\":[]},\"\\ud83c\\udf89\",1e300,true]",
        "\"zz_c\":{\"type\":\"error\",\"error\":{\"message\":\"m\"},\"text\":\"x\",\"message\":{\"content\":\"y\"},\"content\":[{\"text\":\"z\"}],\"delta\":{\"text\":\"d\"},\"done\":true,\"finish_reason\":\"stop\",\"stopReason\":\"x\",\"usage\":{\"total_tokens\":7,\"totalTokens\":7,\"inputTokens\":7},\"toolUseId\":\"t\",\"name\":\"n\",\"input\":\"{}\",\"index\":9}",
        "\"zz_d\":\"\"",
    ];

    /// <summary>The event with unknown fields in its objects; not in those of arguments, where every field is one of the caller's.</summary>
    /// <param name="picks">Which field comes into which object, by turns; one beyond the last is none.</param>
    public FuzzEvent Grown(int[] picks)
    {
        var grown = new StringBuilder();
        bool inText = false;
        for (int i = 0, place = 0; i < Data.Length; i++)
        {
            grown.Append(Data[i]);
            if (Data[i] == '\\')
            {
                grown.Append(Data[++i]);
            }
            else if (Data[i] == '"')
            {
                inText = !inText;
            }
            else if (Data[i] == '{' && !inText && !IsArguments(i) && picks[place++ % picks.Length] is var pick && pick < Fields.Length)
            {
                grown.Append(Fields[pick]).Append(Data[i + 1] == '}' ? "" : ",");
            }
        }

        return this with { Data = grown.ToString() };
    }

    public static int FieldCount => Fields.Length;

    private bool IsArguments(int at) => new[] { "\"args\":", "\"arguments\":", "\"input\":" }.Any(name => Data.AsSpan(0, at).EndsWith(name, StringComparison.Ordinal));
}

internal enum FuzzFraming
{
    ServerSentEvents,
    Lines,
    Frames,
}
