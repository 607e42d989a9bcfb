using LlmStack.Benchmarks.Canned;
using LlmStack.Benchmarks.Floor;

namespace LlmStack.Benchmarks.Subjects;

/// <summary>Floor-B and LlmStack for one format, all answered by the same bytes.</summary>
internal sealed class FormatSubjects : IDisposable
{
    private FormatSubjects(IFormatFloor floor, WireFormat format, byte[] answer, bool stream)
    {
        Floor = floor;
        Traced = LlmStackHost.Create(new LlmStackSetup { Format = format, Handler = CannedHandler.Of(answer, stream), Traced = true, TraceHandler = CannedHandler.Traces() });
        Routed = LlmStackHost.Create(new LlmStackSetup { Format = format, Handler = CannedHandler.Of(answer, stream) });
        Plain = Routed.Plain();
    }

    public IFormatFloor Floor { get; }

    public LlmStackHost Traced { get; }

    public LlmStackHost Routed { get; }

    public PlainProvider Plain { get; }

    public static FormatSubjects Of(FormatName name, bool stream)
    {
        if (name == FormatName.Anthropic)
        {
            byte[] answer = stream ? AnthropicBodies.Stream : AnthropicBodies.Chat;
            WireFormat format = WireFormat.Anthropic;
            return new FormatSubjects(new AnthropicFloor(CannedHandler.Of(answer, stream), format.Address, format.ChatModel, Conversation.ApiKey), format, answer, stream);
        }

        byte[] body = stream ? GeminiBodies.Stream : GeminiBodies.Chat;
        WireFormat gemini = WireFormat.Gemini;
        return new FormatSubjects(new GeminiFloor(CannedHandler.Of(body, stream), gemini.Address, gemini.ChatModel, Conversation.ApiKey), gemini, body, stream);
    }

    public void Dispose()
    {
        Traced.Flush();
        Traced.Dispose();
        Routed.Dispose();
    }
}
