using System.Text.Json;
using LlmStack.Providers;
using LlmStack.Testing;
using LlmStack.Tests.Providers.OpenAI;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.Anthropic.AnthropicWire;

namespace LlmStack.Tests.Providers.Anthropic;

public sealed class AnthropicConformanceTests
{
    public static TheoryData<string> Names => [.. ProviderConformance.Cases(new Fixture()).Select(static c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public Task It_conforms(string name) => ProviderConformance.Case(new Fixture(), name).RunAsync();

    private sealed class Fixture : HttpConformanceFixture
    {
        public override string Model => AnthropicWire.Model;

        public override string? RequestIdHeader => "request-id";

        // The stop reason is in the event before the last.
        public override int OptionalEvents => 1;

        public override ILlmProvider CreateProvider(Uri address) => Provider(Wire.Sockets(), address);

        public override string WriteBody(CannedAnswer answer)
        {
            IEnumerable<string> blocks = answer.Text.Length == 0 ? [] : [$$"""{"type":"text","text":{{Json(answer.Text)}}}"""];
            blocks = blocks.Concat(answer.ToolCalls.Select(static call => $$$"""{"type":"tool_use","id":"{{{call.Id}}}","name":"{{{call.Name}}}","input":{{{call.Arguments}}}}"""));
            return $$$"""{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[{{{string.Join(',', blocks)}}}],"stop_reason":{{{Reason(answer)}}},"usage":{"input_tokens":{{{answer.InputTokens}}},"output_tokens":{{{answer.OutputTokens}}}}}""";
        }

        public override IReadOnlyList<ReadOnlyMemory<byte>> WriteEvents(CannedAnswer answer)
        {
            List<string> events = [Start.Replace("\"input_tokens\":10", $"\"input_tokens\":{answer.InputTokens}", StringComparison.Ordinal)];
            int index = 0;
            if (answer.Pieces.Count > 0)
            {
                events.Add(BeginText());
                events.AddRange(answer.Pieces.Select(static piece => Delta(0, $$"""{"type":"text_delta","text":{{Json(piece)}}}""")));
                events.Add(End(index++));
            }

            foreach (CannedToolCall call in answer.ToolCalls)
            {
                events.Add(Begin(index, $$$"""{"type":"tool_use","id":"{{{call.Id}}}","name":"{{{call.Name}}}","input":{}}"""));
                events.AddRange(call.ArgumentPieces.Select(piece => Delta(index, $$"""{"type":"input_json_delta","partial_json":{{Json(piece)}}}""")));
                events.Add(End(index++));
            }

            events.Add(Finish(Reason(answer), $$"""{"output_tokens":{{answer.OutputTokens}}}"""));
            events.Add(Stop);
            return [.. events.Select(static data => Utf8(Events(data)))];
        }

        public override string WriteError(int status, string message) => $$$"""{"type":"error","error":{"type":"api_error","message":{{{Json(message)}}}}}""";

        private static string Reason(CannedAnswer answer) => answer.FinishReason.Value switch
        {
            "stop" => "\"end_turn\"",
            "length" => "\"max_tokens\"",
            "tool_calls" => "\"tool_use\"",
            _ => "\"refusal\"",
        };

        private static string Json(string text) => JsonSerializer.Serialize(text);
    }
}
