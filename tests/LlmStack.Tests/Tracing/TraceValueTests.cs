using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Tracing;

public sealed class TraceValueTests
{
    public static TheoryData<object?, string> Values => new()
    {
        { null, "null" },
        { "a\"b", "\"a\\\"b\"" },
        { true, "true" },
        { 3, "3" },
        { 2.5m, "2.5" },
        { double.NaN, "\"NaN\"" },
        { new[] { "a", "漢" }, "[\"a\",\"漢\"]" },
        { new JsonObject { ["k"] = 1 }, "{\"k\":1}" },
        { JsonDocument.Parse("{ \"k\": [1, 2] }").RootElement, "{\"k\":[1,2]}" },
        { new ChatMessage(ChatRole.User, "hi"), "{\"role\":\"user\",\"content\":\"hi\"}" },
        { new[] { new ChatMessage(ChatRole.System, "s"), new ChatMessage(ChatRole.User, "u") }, "[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":\"u\"}]" },
        { new ChatResponse(new ChatMessage(ChatRole.Assistant, "yes")), "{\"role\":\"assistant\",\"content\":\"yes\"}" },
        { new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("c1", "f", new Dictionary<string, object?> { ["x"] = 1 })]), "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\\\":1}\"}}]}" },
        { new ChatMessage(ChatRole.Tool, [new FunctionResultContent("c1", "42")]), "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"42\"}" },
        { new ChatMessage(ChatRole.User, [new TextContent("see"), new DataContent(new byte[3], "image/png")]), "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"see\"},{\"type\":\"data\",\"media_type\":\"image/png\",\"bytes\":3}]}" },
        { new { Name = "x", Count = 2 }, "{\"name\":\"x\",\"count\":2}" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Values_become_readable_json(object? value, string expected) => Assert.Equal(expected, Write(TraceValueWriter.Default, value));

    [Fact]
    public void What_cannot_be_serialised_becomes_a_marked_value_and_throws_nothing()
    {
        Assert.Equal("{\"error\":\"not serialisable: LlmStack.Tests.Tracing.TraceValueTests+Hostile\"}", Write(TraceValueWriter.Default, new Hostile()));
        var cycle = new List<object>();
        cycle.Add(cycle);
        Assert.StartsWith("{\"error\":\"not serialisable: ", Write(TraceValueWriter.Default, cycle), StringComparison.Ordinal);
        Assert.Equal("\"after\"", Write(TraceValueWriter.Default, "after"));
    }

    [Fact]
    public void A_resolver_of_the_users_own_comes_first()
    {
        var resolver = new DefaultJsonTypeInfoResolver();
        resolver.Modifiers.Add(info =>
        {
            if (info.Type == typeof(Hostile))
            {
                info.Properties.Clear();
            }
        });
        Assert.Equal("{}", Write(new TraceValueWriter(resolver), new Hostile()));
    }

    [Fact]
    public void A_huge_object_is_written_in_bounded_memory()
    {
        ContentBuffer buffer = ContentBufferPool.Rent(1024);
        TraceValueWriter.Default.Write(buffer, Enumerable.Repeat("0123456789", 10_000).ToArray());
        Assert.Equal(1024, buffer.Length);
        Assert.Equal(130_001, buffer.Total);
        ContentBufferPool.Return(buffer);
    }

    private static string Write(TraceValueWriter writer, object? value)
    {
        ContentBuffer buffer = ContentBufferPool.Rent(1024 * 1024);
        writer.Write(buffer, value);
        string text = Encoding.UTF8.GetString(buffer.Written);
        ContentBufferPool.Return(buffer);
        return text;
    }

    private sealed class Hostile
    {
        public string Fine => "fine";

        public string Bad => throw new InvalidOperationException("do not ask");
    }
}
