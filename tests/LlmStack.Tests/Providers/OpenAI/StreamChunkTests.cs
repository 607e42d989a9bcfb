using LlmStack.Providers;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using static LlmStack.Tests.Providers.OpenAI.Wire;

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>What streamed chunks become, beyond the cases that are data.</summary>
public sealed class StreamChunkTests
{
    private static Task<StreamOutcome> RunAsync(params string[] data) => StreamAsync(RawReply.Stream(Events([.. data, "[DONE]"])));

    private static string Tool(string call, string finish = "null") => Delta($$"""{"tool_calls":[{{call}}]}""", finish);

    [Fact]
    public async Task Only_the_first_and_the_last_update_can_carry_a_route()
    {
        StreamOutcome outcome = await RunAsync(Chunk("a"), Chunk("b"), Chunk("c"), Stop, Usage);
        Assert.IsType<RoutedChatResponseUpdate>(outcome.Updates[0]);
        Assert.IsType<RoutedChatResponseUpdate>(outcome.Updates[^1]);
        Assert.All(outcome.Updates[1..^1], u => Assert.IsType<ChatResponseUpdate>(u));
    }

    [Fact]
    public async Task The_streamed_message_is_captured_as_one_message()
    {
        var capture = new CaptureStub();
        await StreamAsync(RawReply.Stream(Events(Delta("""{"reasoning":"hm"}"""), Chunk("a\\\"b"), Chunk("ü"), Tool("""{"index":0,"id":"t","function":{"name":"f","arguments":"{\"x\":1}"}}"""), Stop, "[DONE]")), capture: capture);
        Assert.Equal("""[{"role":"user","content":"Hello"}]""", capture.Input);
        Assert.Equal("""{"role":"assistant","content":"a\"bü","reasoning_content":"hm","tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]}""", capture.Output);
    }

    [Fact]
    public async Task A_chunk_allocates_only_its_update_and_its_text()
    {
        const int Count = 2000;
        byte[] body = System.Text.Encoding.UTF8.GetBytes(Events([.. Enumerable.Repeat(Chunk("abcd"), Count), "[DONE]"]));
        var provider = Provider(new HttpMessageInvoker(new BytesHandler(body)));
        long allocated = 0;
        for (int round = 0; round < 3; round++)
        {
            int seen = 0;
            long before = 0;
            await foreach (ChatResponseUpdate _ in provider.ChatStreamingAsync(Call(), Hello, null, CancellationToken.None))
            {
                seen++;
                if (seen == 2)
                {
                    before = GC.GetAllocatedBytesForCurrentThread();
                }
                else if (seen == Count)
                {
                    allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                }
            }
        }

        Assert.InRange(allocated / (Count - 2), 1, 304);
    }
}
