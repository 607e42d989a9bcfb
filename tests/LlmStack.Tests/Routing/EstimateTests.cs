using LlmStack.Routing;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Routing;

public class EstimateTests
{
    private readonly TokenEstimator _estimator = new();

    [Theory]
    [InlineData("", 0)]
    [InlineData("abcd", 1)]
    [InlineData("abcde", 2)]
    [InlineData("Привет мир", 5)]
    [InlineData("日本語のテキスト", 10)]
    public void Text_is_counted_by_script(string text, int tokens) => Assert.Equal(tokens, _estimator.EstimateTokens(text));

    [Fact]
    public void Long_mixed_texts_are_counted_character_by_character()
    {
        // One quarter of a token, two, three and five, on both sides of every bound.
        const string Alphabet = "a\u007f\u0080\u058f\u0590\u2e7f\u2e80\uffff";
        int[] quarters = [1, 1, 2, 2, 3, 3, 5, 5];
        var random = new Random(5);
        for (int length = 0; length < 150; length++)
        {
            int[] places = [.. Enumerable.Range(0, length).Select(_ => random.Next(Alphabet.Length))];
            string text = string.Concat(places.Select(p => Alphabet[p]));
            Assert.Equal((places.Sum(p => quarters[p]) + 3) / 4, _estimator.EstimateTokens(text));
        }
    }

    [Fact]
    public void Messages_tools_instructions_and_media_all_count()
    {
        ChatMessage[] messages = [new(ChatRole.User, "Hello there, how are you?")];
        int plain = _estimator.EstimateTokens(messages, null);
        Assert.InRange(plain, 8, 14);
        int withInstructions = _estimator.EstimateTokens(messages, new ChatOptions { Instructions = new string('x', 400) });
        Assert.Equal(plain + 100, withInstructions, 1.0);
        int withTool = _estimator.EstimateTokens(messages, new ChatOptions { Tools = [AIFunctionFactory.Create((string city) => city, "weather", "Tells the weather of a city.")] });
        Assert.True(withTool > plain + 20);
        messages[0].Contents.Add(new DataContent(new byte[] { 1, 2, 3 }, "image/png"));
        Assert.True(_estimator.EstimateTokens(messages, null) > plain + 500);
        messages[0].Contents.Add(new FunctionResultContent("id", new string('y', 4000)));
        Assert.True(_estimator.EstimateTokens(messages, null) > plain + 1500);
    }

    [Fact]
    public void Reported_usage_calibrates_its_model_only()
    {
        for (int i = 0; i < 100; i++)
        {
            _estimator.Observe("m", 100, 130);
        }
        Assert.InRange(_estimator.Calibrate("m", 1000), 1295, 1301);
        Assert.Equal(1000, _estimator.Calibrate("other", 1000));
        Assert.Equal(1, _estimator.EstimateTokens("abcd"));
    }

    [Theory]
    [InlineData(0, 10L)]
    [InlineData(10, 0L)]
    [InlineData(10, -1L)]
    public void Nothing_is_learned_from_nothing(int estimated, long reported)
    {
        _estimator.Observe("m", estimated, reported);
        Assert.Equal(77, _estimator.Calibrate("m", 77));
    }

    [Fact]
    public void Outliers_are_bounded()
    {
        for (int i = 0; i < 1000; i++)
        {
            _estimator.Observe("m", 1, 1_000_000);
        }
        Assert.InRange(_estimator.Calibrate("m", 100), 490, TokenEstimator.MostAfterCalibration(100));
    }

    [Fact]
    public void Estimating_text_does_not_allocate()
    {
        ChatMessage[] messages = [new(ChatRole.System, "Be brief."), new(ChatRole.User, new string('a', 2000))];
        _estimator.EstimateTokens(messages, null);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int tokens = _estimator.EstimateTokens(messages, null);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.InRange(tokens, 500, 520);
    }

    [Theory]
    [InlineData(null, 512)]
    [InlineData(100, 100)]
    [InlineData(4000, 4000)]
    public void Likely_output_before_samples_is_the_maximum_or_512(int? max, int expected) => Assert.Equal(expected, LikelyOutput.Expect(null, max));

    [Fact]
    public void Likely_output_is_the_mean_of_group_and_feature_capped_by_the_maximum()
    {
        var builder = new SnapshotTestBuilder();
        ModelGroup before = builder.Group("G", [builder.Member("openai/a")]);
        ModelGroup reloaded = builder.Group("g", [builder.Member("openai/a")]);
        ModelGroup other = builder.Group("other", [builder.Member("openai/a")]);
        var likely = new LikelyOutput();
        likely.Of(before, "search").Observe(100);
        likely.Of(reloaded, "search").Observe(300);
        likely.Of(reloaded, "search").Observe(0);
        likely.Of(before, null).Observe(7);
        Assert.Equal(200, LikelyOutput.Expect(likely.Find(reloaded, "search"), null));
        Assert.Equal(150, LikelyOutput.Expect(likely.Find(reloaded, "search"), 150));
        Assert.Equal(200, LikelyOutput.Expect(likely.Find(reloaded, "search"), 4000));
        Assert.Equal(7, LikelyOutput.Expect(likely.Find(reloaded, null), null));
        Assert.Equal(512, LikelyOutput.Expect(likely.Find(other, "search"), null));
        Assert.Null(likely.Find(other, null));
    }

    [Fact]
    public void Bounded_map_never_exceeds_its_capacity_and_keeps_what_is_used()
    {
        var map = new BoundedMap<int, string>(8);
        for (int i = 0; i < 1000; i++)
        {
            map.GetOrAdd(i, static k => $"{k}");
            Assert.InRange(map.Count, 1, 8);
            if (i >= 1)
            {
                Assert.NotNull(map.Find(i));
            }
        }
    }

    [Fact]
    public void Bounded_map_gives_a_used_entry_a_second_chance()
    {
        var map = new BoundedMap<int, string>(8);
        map.GetOrAdd(0, static _ => "kept");
        for (int i = 1; i < 100; i++)
        {
            Assert.Equal("kept", map.Find(0));
            map.GetOrAdd(i, static k => $"{k}");
        }
    }
}
