using System.Text.Json;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Calls;

public sealed class StructuredOutputTests
{
    private static CallHarness Solo(string answer)
    {
        var h = new CallHarness(llm => llm.AddModelGroup("solo", g => g.AddDeployment("a/m")), "a");
        h["a"].OnOtherCalls.Answer(answer);
        return h;
    }

    private static JsonElement SchemaOf(CallHarness h) =>
        Assert.IsType<ChatResponseFormatJson>(Assert.Single(h["a"].Calls).Options!.ResponseFormat).Schema!.Value;

    [Fact]
    public async Task An_object_is_asked_for_as_it_is_and_read()
    {
        using CallHarness h = Solo("{\"name\":\"Oslo\",\"people\":700000}");

        StructuredResponse<City> answer = await h.Client.ChatAsync<City>("solo", "A city");

        Assert.Equal(new City("Oslo", 700_000), answer.Value);
        Assert.Equal("a/m", answer.Response.GetRoute()!.Deployment);
        JsonElement schema = SchemaOf(h);
        Assert.Equal("object", schema.GetProperty("type").GetString());
        Assert.False(schema.GetProperty("additionalProperties").GetBoolean());
    }

    [Fact]
    public async Task What_is_no_object_is_wrapped_in_one()
    {
        using CallHarness h = Solo("{\"data\":[1,2,3]}");

        StructuredResponse<int[]> answer = await h.Client.ChatAsync<int[]>("solo", "Numbers");

        Assert.Equal([1, 2, 3], answer.Value);
        JsonElement schema = SchemaOf(h);
        Assert.Equal("array", schema.GetProperty("properties").GetProperty("data").GetProperty("type").GetString());
        Assert.Equal("data", schema.GetProperty("required")[0].GetString());
    }

    [Fact]
    public async Task A_nullable_value_may_be_null()
    {
        using CallHarness h = Solo("{\"data\":null}");

        StructuredResponse<int?> answer = await h.Client.ChatAsync<int?>("solo", "A number, if there is one");

        Assert.Null(answer.Value);
    }

    [Fact]
    public async Task References_inside_a_wrapped_schema_point_to_where_things_have_moved()
    {
        using CallHarness h = Solo("{\"data\":[{\"name\":\"a\",\"children\":[{\"name\":\"b\",\"children\":[]}]}]}");

        StructuredResponse<List<Branch>> answer = await h.Client.ChatAsync<List<Branch>>("solo", "A tree");

        Assert.Equal("b", answer.Value[0].Children[0].Name);
        AssertReferencesResolve(SchemaOf(h), SchemaOf(h));
    }

    [Fact]
    public async Task Options_without_a_resolver_are_completed()
    {
        using CallHarness h = Solo("{\"name\":\"Oslo\",\"people\":1}");

        StructuredResponse<City> answer = await h.Client.ChatAsync<City>("solo", "A city", serializerOptions: new JsonSerializerOptions(JsonSerializerDefaults.Web));

        Assert.Equal("Oslo", answer.Value.Name);
    }

    [Fact]
    public async Task Options_that_do_not_know_the_type_are_an_error_before_any_call()
    {
        using CallHarness h = Solo("{}");
        var options = new JsonSerializerOptions { TypeInfoResolver = LlmStackJson.TypeInfoResolver };

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync<City>("solo", "A city", serializerOptions: options));

        Assert.Equal(LlmErrorKind.Configuration, error.Kind);
        Assert.Contains("City", error.Message, StringComparison.Ordinal);
        Assert.Empty(h["a"].Calls);
    }

    [Theory]
    [InlineData("", "no text")]
    [InlineData("null", "null")]
    [InlineData("not json", "not valid JSON")]
    [InlineData("{\"name\":\"Oslo\",\"people\":\"many\"}", "$.people")]
    public async Task An_answer_that_is_no_such_value_is_an_invalid_response_with_its_text(string text, string reason)
    {
        using CallHarness h = Solo(text);

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync<City>("solo", "A city"));

        Assert.Equal(LlmErrorKind.InvalidResponse, error.Kind);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Equal(text, error.PartialText);
        Assert.NotNull(error.Usage);
        Assert.Equal("a/m", error.Route!.Deployment);
    }

    [Fact]
    public async Task A_wrapped_answer_without_its_property_is_an_invalid_response()
    {
        using CallHarness h = Solo("[1,2]");

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync<int[]>("solo", "Numbers"));

        Assert.Equal(LlmErrorKind.InvalidResponse, error.Kind);
        Assert.Contains("'data'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_cut_off_by_the_output_limit_says_so()
    {
        using CallHarness h = Solo("{\"name\":");
        h["a"].OnOtherCalls.Finish(ChatFinishReason.Length);

        LlmException error = await CallHarness.FailsAsync(() => h.Client.ChatAsync<City>("solo", "A city"));

        Assert.Contains("MaxOutputTokens", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_callers_options_are_left_alone()
    {
        using CallHarness h = Solo("{\"name\":\"Oslo\",\"people\":1}");
        var options = new ChatOptions { Temperature = 0 };

        await h.Client.ChatAsync<City>("solo", "A city", options);

        Assert.Null(options.ResponseFormat);
        Assert.Equal(0f, Assert.Single(h["a"].Calls).Options!.Temperature);
    }

    private static void AssertReferencesResolve(JsonElement root, JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in element.EnumerateObject())
            {
                if (property.NameEquals("$ref"))
                {
                    JsonElement target = root;
                    foreach (string step in property.Value.GetString()!.Split('/').Skip(1))
                    {
                        Assert.True(target.TryGetProperty(step, out target), $"{property.Value} points nowhere.");
                    }
                }

                AssertReferencesResolve(root, property.Value);
            }
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in element.EnumerateArray())
            {
                AssertReferencesResolve(root, item);
            }
        }
    }

    public sealed record City(string Name, int People);

    public sealed record Branch(string Name, List<Branch> Children);
}
