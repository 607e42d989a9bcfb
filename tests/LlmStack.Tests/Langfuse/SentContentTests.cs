using LlmStack.Langfuse;

namespace LlmStack.Tests.Langfuse;

public sealed class SentContentTests
{
    [Fact]
    public async Task A_request_may_have_left_once_somebody_began_to_send_its_body()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://langfuse.example") { Content = new SentContent([1, 2, 3], 1, 2) };
        Assert.False(SentContent.MayHaveLeft(request));

        using var sent = new MemoryStream();
        await request.Content.CopyToAsync(sent);
        Assert.Equal([2, 3], sent.ToArray());
        Assert.True(SentContent.MayHaveLeft(request));
    }

    [Fact]
    public async Task A_body_that_cannot_be_sent_to_its_end_may_have_left()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://langfuse.example") { Content = new SentContent([1]) };
        using var broken = new MemoryStream([], writable: false);
        await Assert.ThrowsAsync<NotSupportedException>(() => request.Content.CopyToAsync(broken));
        Assert.True(SentContent.MayHaveLeft(request));
    }

    [Fact]
    public void Of_other_bodies_nobody_knows()
    {
        using var other = new HttpRequestMessage(HttpMethod.Post, "https://langfuse.example") { Content = new ByteArrayContent([1]) };
        using var none = new HttpRequestMessage(HttpMethod.Get, "https://langfuse.example");
        Assert.True(SentContent.MayHaveLeft(other));
        Assert.True(SentContent.MayHaveLeft(none));
    }
}
