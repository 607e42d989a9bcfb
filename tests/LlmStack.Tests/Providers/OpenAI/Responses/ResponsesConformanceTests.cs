using System.Text.Json;
using LlmStack.Providers;
using LlmStack.Testing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Providers.OpenAI.Responses;

public sealed class ResponsesConformanceTests
{
    public static TheoryData<string> Names => [.. ProviderConformance.Cases(new Fixture()).Select(static c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public Task It_conforms(string name) => ProviderConformance.Case(new Fixture(), name).RunAsync();

    private sealed class Fixture : HttpConformanceFixture
    {
        public override string Model => "gpt-5.4";

        public override ILlmProvider CreateProvider(Uri address) => ResponsesWire.Format.Provider(Wire.Sockets(), new Uri(address, "/v1"));

        public override string WriteBody(CannedAnswer answer) => Response(answer, Status(answer));

        public override IReadOnlyList<ReadOnlyMemory<byte>> WriteEvents(CannedAnswer answer)
        {
            List<string> events = [ResponsesWire.Created];
            events.AddRange(answer.Pieces.Select(static piece => $$"""{"type":"response.output_text.delta","item_id":"msg_0","output_index":0,"delta":{{Json(piece)}}}"""));
            for (int i = 0; i < answer.ToolCalls.Count; i++)
            {
                CannedToolCall call = answer.ToolCalls[i];
                int index = i + 1;
                events.Add(ResponsesWire.Added(index, Call(call, "")));
                events.AddRange(call.ArgumentPieces.Select(piece => $$"""{"type":"response.function_call_arguments.delta","output_index":{{index}},"delta":{{Json(piece)}}}"""));
                events.Add(ResponsesWire.Done(index, Call(call, call.Arguments)));
            }

            events.Add($$"""{"type":"response.{{Status(answer)}}","response":{{Response(answer, Status(answer), streamed: true)}}}""");
            return [.. events.Select(static data => Utf8(ResponsesWire.Events(data)))];
        }

        public override ReadOnlyMemory<byte> WriteErrorEvent(string message) =>
            Utf8(ResponsesWire.Events($$"""{"type":"error","code":"server_error","message":{{Json(message)}}}"""));

        private static string Response(CannedAnswer answer, string status, bool streamed = false)
        {
            string message = answer.Pieces.Count == 0 ? "" : $$"""{"type":"message","id":"msg_0","role":"assistant","content":[{"type":"output_text","text":{{Json(answer.Text)}},"annotations":[]}]}""";
            string[] items = [.. new[] { message }.Where(static item => item.Length > 0), .. answer.ToolCalls.Select(static call => Call(call, call.Arguments))];
            string incomplete = answer.FinishReason == ChatFinishReason.Length ? "\"max_output_tokens\"" : answer.FinishReason == ChatFinishReason.ContentFilter ? "\"content_filter\"" : "null";
            return $$"""{"id":"resp_1","created_at":1700000000,"status":"{{status}}","model":"gpt-5.4","incomplete_details":{"reason":{{incomplete}} },"output":[{{(streamed ? "" : string.Join(',', items))}}],"usage":{"input_tokens":{{answer.InputTokens}},"output_tokens":{{answer.OutputTokens}},"total_tokens":{{answer.InputTokens + answer.OutputTokens}} } }""";
        }

        private static string Status(CannedAnswer answer) => answer.FinishReason == ChatFinishReason.Length || answer.FinishReason == ChatFinishReason.ContentFilter ? "incomplete" : "completed";

        private static string Call(CannedToolCall call, string arguments) => $$"""{"type":"function_call","id":"fc_1","call_id":"{{call.Id}}","name":"{{call.Name}}","arguments":{{Json(arguments)}}}""";

        private static string Json(string text) => JsonSerializer.Serialize(text);
    }
}
